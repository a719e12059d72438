using System.Collections.Immutable;
using GpuRuntime.Agent.Top.View;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Requests;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Linux.Tests.Top;

/// <summary>A host of three GPUs, three containers and four processes, with what is not known of some of them.</summary>
internal static class TopSamples
{
    public const string HostileName = "x\e[2J[red]y[/]\u202eg\nz";

    public static readonly ContainerIdentity Train = new("1111111111111111222222222222222233333333333333334444444444444444", "docker") { Name = "train" };

    public static readonly ContainerIdentity Web = new("aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd", "containerd") { Pod = "web-7f", PodNamespace = "shop", PodUid = "6f1", PodContainer = "api" };

    public static readonly ContainerIdentity Hostile = new("eeee", "podman") { Name = HostileName };

    public static HostSample Host { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero))
    {
        Duration = TimeSpan.FromMilliseconds(12),
        Gpus = [Amd, Nvidia, Unread],
        Containers =
        [
            new ContainerUse(Train, [new UnitUse("amd:0", GpuVendor.Amd, "amd:0")
            {
                IsGranted = true,
                MemoryUsedBytes = 3L << 30,
                MemoryLimit = new HeldMemory(4L << 30, 4L << 30, LimitTier.Watchdog),
                ComputeLimit = new HeldCompute(50, null, ComputeTier.Advisory),
                UtilizationRatio = 0.25,
                BusySeconds = 12.5,
                ProcessCount = 2,
            }])
            { Since = new DateTimeOffset(2026, 3, 4, 1, 0, 0, TimeSpan.Zero), Mode = SharingMode.Exclusive },
            new ContainerUse(Web, [new UnitUse("nvidia:0:1", GpuVendor.Nvidia, "nvidia:0") { IsGranted = true, MemoryUsedBytes = 1L << 30, UtilizationRatio = 0.5, ProcessCount = 1 }]),
            new ContainerUse(Hostile, [new UnitUse("amd:0", GpuVendor.Amd, "amd:0") { ProcessCount = 1 }]),
        ],
        Processes =
        [
            Process(100, "python3", "amd:0", Train) with { Use = new GpuProcess(100, "amd:0") { MemoryBytes = 2L << 30, UtilizationRatio = 0.2, BusySeconds = 10, UsesCompute = true } },
            Process(90, HostileName, "amd:0", Hostile),
            Process(300, "api", "nvidia:0:1", Web) with { Use = new GpuProcess(300, "nvidia:0:1") { MemoryBytes = 1L << 30, UtilizationRatio = 0.5, UsesCompute = true, UsesGraphics = true } },
            Process(7, "Xorg", "intel:0", null) with { Use = new GpuProcess(7, "intel:0") { MemoryBytes = 64L << 20, UsesGraphics = true } },
        ],
    };

    /// <summary>With everything that a GPU can tell.</summary>
    private static GpuSample Amd => new(new Gpu
    {
        Vendor = GpuVendor.Amd,
        Index = 0,
        PciAddress = PciAddress.Parse("0000:43:00.0")!.Value,
        Partition = 1,
        Uuid = "0x84CAFEAE17E7696",
        Name = "AMD Instinct MI210",
        Driver = "amdgpu",
        DriverVersion = "6.10.5",
    })
    {
        UtilizationRatio = 0.75,
        MemoryActivityRatio = 0.1,
        Engines = [new EngineActivity("encoder", 0.125)],
        MemoryTotalBytes = 64L << 30,
        MemoryUsedBytes = 32L << 30,
        MemoryReservedBytes = 1L << 20,
        MemoryPools = [new MemoryPool("gtt", 8L << 30, 1L << 20), new MemoryPool("visible_vram", null, 5)],
        PowerWatts = 120.5,
        PowerLimitWatts = 300,
        EnergyJoules = 1e6,
        Temperatures = [new Temperature("edge", 65, 100), new Temperature("memory", -2)],
        Clocks = [new Clock("memory", 1.6e9), new Clock("graphics", 1.5e9, 1.7e9)],
        Fans = [new Fan(0, 1200, 0.3), new Fan(1, null, 0.5)],
        Voltages = [new Voltage("graphics", 0.9)],
        Pcie = new PcieLink { TransfersPerSecond = 16e9, MaxTransfersPerSecond = 32e9, Lanes = 16, MaxLanes = 16, ReceivedBytesPerSecond = 1, TransmittedBytesPerSecond = 2.5, Replays = 3 },
        Errors = [new ErrorCount("umc", ErrorKind.Corrected, 4), new ErrorCount("umc", ErrorKind.Deferred, 0, IsLifetime: true)],
        Resets = 1,
        FailedReadings = 2,
        Repairs = new MemoryRepairs { CorrectableRemappedRows = 1, UncorrectableRemappedRows = 2, IsRemappingPending = true, HasRemappingFailed = false, PagesRetiredForCorrected = 3, PagesRetiredForUncorrected = 4 },
        Throttling = [new ThrottleReason("power", false, 1.5), new ThrottleReason("thermal", null)],
    };

    private static GpuSample Nvidia => new(new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = PciAddress.Parse("0000:3b:00.0")!.Value, Name = "NVIDIA H100" })
    {
        UtilizationRatio = 0.9,
        MemoryTotalBytes = 80L << 30,
        MemoryUsedBytes = 8L << 30,
        PowerWatts = 350,
        Temperatures = [new Temperature("gpu", 80)],
        Clocks = [new Clock("sm", 1.98e9)],
        Xids = new XidErrors(79, new Dictionary<int, long> { [79] = 1, [31] = 2 }.ToImmutableDictionary()),
        MigDevices = [new MigSample(new MigDevice(1, 7, 2) { Uuid = "MIG-1", Profile = "1g.10gb" }) { MemoryTotalBytes = 10L << 30, MemoryUsedBytes = 1L << 30, UtilizationRatio = 0.5 }],
        Health = new GpuHealth([new HealthReason("xid", "XID 79 was seen: the GPU has fallen off the bus. Reboot.")]),
    };

    private static GpuSample Unread => new(new Gpu { Vendor = GpuVendor.Intel, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value }) { Problem = "reading it has not returned after 500 milliseconds" };

    /// <summary>The lines of a screen, without colours.</summary>
    public static ImmutableArray<string> Draw(TopState state, int width = 80, int height = 24)
    {
        var trends = new Trends();
        if (state.Sample is { } sample)
            trends.Add(sample);
        using var drawing = new Drawing(hasStyles: false, hasColors: false);
        return new TopView(drawing, trends).Draw(state, width, height);
    }

    private static ProcessUse Process(int pid, string name, string unit, ContainerIdentity? container) =>
        new(new ProcessIdentity(pid, 1000 + pid), name, new GpuProcess(pid, unit)) { Container = container };
}
