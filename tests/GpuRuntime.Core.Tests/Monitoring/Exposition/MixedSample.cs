using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Requests;
using UnitUse = GpuRuntime.Core.Monitoring.Samples.UnitUse;

namespace GpuRuntime.Core.Tests.Monitoring.Exposition;

/// <summary>
/// One pass over a host with GPUs of three vendors, in which every metric has a value somewhere, and no GPU has all of them. The pages of Golden/ are
/// made of it.
/// </summary>
internal static class MixedSample
{
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;

    public static readonly MetricSubject Subject = new("1.2.3", "node-1");

    private static readonly ContainerIdentity Trainer = new("0a11223344556677889900aabbccddeeff0a11223344556677889900aabbccdd", "docker") { Name = "trainer" };

    private static readonly ContainerIdentity Server = new("7c3e00112233445566778899aabbccddeeff00112233445566778899aabbccdd", "containerd")
    {
        Pod = "llm-0",
        PodNamespace = "team-a",
        PodUid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098",
        PodContainer = "server",
    };

    // Of ctr, which nobody gives a name.
    private static readonly ContainerIdentity Idle = new("web", "containerd");

    private static readonly Gpu DividedNvidia = new()
    {
        Vendor = GpuVendor.Nvidia,
        Index = 0,
        PciAddress = new PciAddress(0, 0x3b, 0, 0),
        Uuid = "GPU-8f2c1b3a-5d6e-4f70-8192-a3b4c5d6e7f8",
        Name = "NVIDIA RTX PRO 6000 Blackwell",
        Driver = "nvidia",
        DriverVersion = "580.95.05",
    };

    // Which partition it is, beside what both have.
    private static readonly Gpu Instinct = new()
    {
        Vendor = GpuVendor.Amd,
        Index = 0,
        PciAddress = new PciAddress(0, 0x05, 0, 0),
        Partition = 0,
        Uuid = "0x1F2E3D4C5B6A7988",
        Name = "AMD Instinct MI300X",
        Driver = "amdgpu",
        DriverVersion = "6.16.6",
    };

    public static HostSample Host { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, 125, TimeSpan.Zero))
    {
        Duration = TimeSpan.FromMilliseconds(42.5),
        Problems = ["The kubelet's list of pods cannot be had: connection refused."],
        Gpus = [Nvidia, Unread, FirstPartition, SecondPartition, Radeon, Arc, Integrated],
        Containers = Containers,
        Processes =
        [
            new(new ProcessIdentity(301, 1000), "python3", new GpuProcess(301, "amd:0") { MemoryBytes = 2 * GiB, UtilizationRatio = 0.375, BusySeconds = 1000.5, UsesCompute = true }) { Container = Trainer },
            new(new ProcessIdentity(302, 1001), "a\"b\\\u001b[31m", new GpuProcess(302, "amd:0") { MemoryBytes = 1 * GiB, UsesCompute = true }) { Container = Trainer },
            new(new ProcessIdentity(302, 1001), "a\"b\\\u001b[31m", new GpuProcess(302, "intel:0") { BusySeconds = 2.25, UsesCompute = true, UsesGraphics = true }) { Container = Trainer },
            new(new ProcessIdentity(4711, 2000), "vllm", new GpuProcess(4711, "nvidia:0:0") { MemoryBytes = 12 * GiB, UsesCompute = true }) { Container = Server },
            // One of the host's own.
            new(new ProcessIdentity(5000, 3000), "Xorg", new GpuProcess(5000, "amd:2") { UsesGraphics = true }),
        ],
    };

    // Divided: nobody can say how busy the whole of it is.
    private static GpuSample Nvidia => new(DividedNvidia)
    {
        MemoryTotalBytes = 97887 * MiB,
        MemoryUsedBytes = 20480 * MiB,
        MemoryReservedBytes = 639 * MiB,
        MemoryPools = [new("bar1", 128 * GiB, 24 * MiB)],
        PowerWatts = 212.5,
        PowerLimitWatts = 600,
        EnergyJoules = 1234567.891,
        Temperatures = [new("gpu", 61, 92), new("memory", 70.5)],
        Clocks = [new("graphics", 2.4e9, 3.09e9), new("sm", 2.4e9, 3.09e9), new("memory", 14.001e9, 14.001e9)],
        Fans = [new(0, 1650, 0.42), new(1, null, 0.42)],
        Pcie = new PcieLink { TransfersPerSecond = 16e9, MaxTransfersPerSecond = 32e9, Lanes = 8, MaxLanes = 16, ReceivedBytesPerSecond = 125000000, TransmittedBytesPerSecond = 4096, Replays = 3 },
        Errors =
        [
            new("memory", ErrorKind.Corrected, 5), new("memory", ErrorKind.Uncorrected, 1), new("sram", ErrorKind.Corrected, 0), new("sram", ErrorKind.Uncorrected, 0),
            new("memory", ErrorKind.Corrected, 17, IsLifetime: true), new("memory", ErrorKind.Uncorrected, 2, IsLifetime: true),
        ],
        Xids = new XidErrors(94, new Dictionary<int, long> { [94] = 1, [31] = 2 }),
        Resets = 1,
        Repairs = new MemoryRepairs { CorrectableRemappedRows = 0, UncorrectableRemappedRows = 1, IsRemappingPending = true, HasRemappingFailed = false },
        Throttling = [new("power", false, 12.5), new("thermal", true, 0.25), new("hardware_slowdown", false)],
        MigDevices =
        [
            new(new MigDevice(0, 3, 0) { Uuid = "MIG-0b1c2d3e-4f50-5162-8394-a5b6c7d8e9f0", Profile = "2g.48gb" }) { MemoryTotalBytes = 48512 * MiB, MemoryUsedBytes = 12 * GiB, UtilizationRatio = 0.75 },
            // Files alone told of it.
            new(new MigDevice(1, 5, 0)),
        ],
        Health = new GpuHealth([new("xid", "XID 94 was seen", "Restart its program"), new("row_remap_pending", "A memory row waits for a reset", "Reset the GPU")]),
    };

    // It hangs, and told its UUID to nobody before.
    private static GpuSample Unread => new(DividedNvidia with { Index = 1, PciAddress = new PciAddress(0, 0xd8, 0, 0), Uuid = null })
    {
        FailedReadings = 17,
        Health = new GpuHealth([new("not_responding", "Nothing was read of it for ten seconds", "Look at dmesg")]),
        Problem = "reading it has not returned after 500 milliseconds",
    };

    // What is the board's is told here.
    private static GpuSample FirstPartition => new(Instinct)
    {
        UtilizationRatio = 0.875,
        Engines = [new("video", 0), new("jpeg", 0.125)],
        MemoryTotalBytes = 96 * GiB,
        PowerWatts = 412,
        PowerLimitWatts = 750,
        EnergyJoules = 98765.4321,
        Temperatures = [new("junction", 58, 100), new("memory", 49)],
        Clocks = [new("graphics", 2.1e9, 2.1e9), new("memory", 1.3e9)],
        Pcie = new PcieLink { TransfersPerSecond = 32e9, MaxTransfersPerSecond = 32e9, Lanes = 16, MaxLanes = 16, Replays = 0 },
        Errors = [new("umc", ErrorKind.Corrected, 4), new("umc", ErrorKind.Uncorrected, 0), new("umc", ErrorKind.Deferred, 1)],
        Resets = 0,
        Repairs = new MemoryRepairs { PagesRetiredForUncorrected = 2 },
        Throttling = [new("prochot", false), new("power", true, 1.5)],
    };

    private static GpuSample SecondPartition => new(Instinct with { Index = 1, Partition = 1 }) { UtilizationRatio = 0, MemoryTotalBytes = 96 * GiB };

    private static GpuSample Radeon => new(new Gpu { Vendor = GpuVendor.Amd, Index = 2, PciAddress = new PciAddress(0, 0x83, 0, 0), Name = "AMD Radeon PRO W7900", Driver = "amdgpu" })
    {
        UtilizationRatio = 0.02,
        MemoryActivityRatio = 0.01,
        MemoryTotalBytes = 48 * GiB,
        MemoryUsedBytes = 1 * GiB,
        MemoryPools = [new("visible_vram", 48 * GiB, 1 * GiB), new("gtt", null, 32 * MiB)],
        PowerWatts = 21.5,
        Temperatures = [new("edge", 35, 100)],
        Fans = [new(0, 0, 0)],
        Voltages = [new("graphics", 0.712)],
    };

    // The first sample: no power yet. Used memory is kept from the agent.
    private static GpuSample Arc => new(new Gpu { Vendor = GpuVendor.Intel, Index = 0, PciAddress = new PciAddress(1, 0x63, 0, 0), Name = "Intel Arc B580", Driver = "xe" })
    {
        UtilizationRatio = 0.0325,
        Engines = [new("render", 0.0325)],
        MemoryTotalBytes = 12 * GiB,
        PowerLimitWatts = 190,
        EnergyJoules = 5000,
        Temperatures = [new("package", -2.5, 100)],
        Clocks = [new("graphics", 0, 2.85e9)],
        Fans = [new(0, 1100)],
        Voltages = [new("card", 12.05)],
        Throttling = [new("power", false)],
    };

    // Part of the processor: its memory is the host's.
    private static GpuSample Integrated => new(new Gpu { Vendor = GpuVendor.Intel, Index = 1, PciAddress = new PciAddress(0, 0, 2, 0), Driver = "i915" }) { Clocks = [new("graphics", 3e8, 1.5e9)] };

    private static System.Collections.Immutable.ImmutableArray<ContainerUse> Containers =>
    [
        new(Trainer,
        [
            new UnitUse("amd:0", GpuVendor.Amd, "amd:0")
            {
                IsGranted = true,
                MemoryUsedBytes = 3 * GiB,
                MemoryLimit = new HeldMemory(4 * GiB, 4 * GiB, LimitTier.Watchdog),
                ComputeLimit = new HeldCompute(50, null, ComputeTier.Advisory),
                UtilizationRatio = 0.375,
                BusySeconds = 1234.5,
                ProcessCount = 2,
            },
            // It was given to nobody, and the driver does not tell how much of it is used.
            new UnitUse("intel:0", GpuVendor.Intel, "intel:0") { BusySeconds = 2.25, ProcessCount = 1 },
        ])
        {
            Since = new DateTimeOffset(2026, 1, 31, 11, 0, 0, TimeSpan.Zero),
            Mode = SharingMode.Exclusive,
        },
        new(Server,
        [
            new UnitUse("nvidia:0:0", GpuVendor.Nvidia, "nvidia:0")
            {
                IsGranted = true,
                MemoryUsedBytes = 12 * GiB,
                // The device is larger than what was asked for.
                MemoryLimit = new HeldMemory(40 * GiB, 48512 * MiB, LimitTier.Hardware),
                ComputeLimit = new HeldCompute(40, 50, ComputeTier.Hardware),
                UtilizationRatio = 0.75,
                BusySeconds = 60,
                ProcessCount = 1,
            },
        ])
        {
            Since = new DateTimeOffset(2026, 1, 30, 23, 59, 59, 999, TimeSpan.FromHours(1)),
            Mode = SharingMode.Shared,
        },
        new(Idle, [new UnitUse("amd:2", GpuVendor.Amd, "amd:2") { IsGranted = true, MemoryUsedBytes = 0, ProcessCount = 0 }])
        {
            Since = new DateTimeOffset(2026, 1, 31, 11, 30, 0, TimeSpan.Zero),
            Mode = SharingMode.Shared,
        },
    ];
}
