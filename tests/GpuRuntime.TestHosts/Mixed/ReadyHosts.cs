using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>Hosts that several tests need, by kind. UUIDs and numbers are invented, device ids are real.</summary>
public static class ReadyHosts
{
    private const string Accelerator = "0x120000";
    private const string OtherDisplay = "0x038000";

    /// <summary>Two discrete GPUs with a BMC; KFD counts them in reverse, and one UUID begins with a zero.</summary>
    public static SimulatedHostOptions Mi210Pair { get; } = new()
    {
        Bmc = true,
        Kfd = new KfdOptions { ReversedNodes = true },
        Amd =
        [
            Mi210("0000:43:00.0", card: 2, render: 128) with { UniqueId = 0x0a4ce1b7c05f2d96 },
            Mi210("0000:c3:00.0", card: 1, render: 129) with { UniqueId = 0x93d04f5518a6be1c, NumaNode = 1 },
        ],
    };

    /// <summary>Eight discrete GPUs, four in each of two XGMI hives and two sockets. The hives alternate in the order of PCI addresses.</summary>
    public static SimulatedHostOptions Mi210Hives { get; } = new()
    {
        Bmc = true,
        Kfd = new KfdOptions { ReversedNodes = true },
        Amd = [.. Enumerable.Range(0, 8).Select(OneOfTwoHives)],
    };

    /// <summary>Two accelerators of four partitions that share a UUID, with two dead slots each.</summary>
    public static SimulatedHostOptions PartitionedMi300 { get; } = new()
    {
        Bmc = true,
        Amd =
        [
            Mi300("0000:26:00.0", card: 6, render: 133, partitions: 4) with { UniqueId = 0x5e2a90c41bd7f308, DeadSlots = 2 },
            Mi300("0000:a6:00.0", card: 3, render: 130, partitions: 4) with { UniqueId = 0xc7716be20f394ad5, DeadSlots = 2, NumaNode = 1 },
        ],
    };

    /// <summary>Sixteen accelerators of eight partitions: the tree to measure discovery on. More than the 64 slots that today's driver makes.</summary>
    public static SimulatedHostOptions ManyPartitions { get; } = new()
    {
        Bmc = true,
        Amd = [.. Enumerable.Range(0, 16).Select(OneOfMany)],
    };

    /// <summary>An integrated GPU without UUID, first in KFD and in DRM numbers, beside a discrete one at a lower PCI address.</summary>
    public static SimulatedHostOptions ApuBesideCard { get; } = new()
    {
        Kfd = new KfdOptions { ReversedNodes = true },
        Amd =
        [
            Card("0000:03:00.0", "0x744c", card: 1, render: 129) with { UniqueId = 0x2f1d8c9b04e6a573, ProductName = "Radeon RX 7900 XTX" },
            Apu("0000:c1:00.0", card: 0, render: 128),
        ],
    };

    /// <summary>amdgpu in a kernel without KFD: graphics only.</summary>
    public static SimulatedHostOptions NoKfd { get; } = new()
    {
        Kfd = null,
        Amd = [Card("0000:0a:00.0", "0x67df", card: 1, render: 128), Card("0000:0d:00.0", "0x67df", card: 0, render: 129)],
    };

    /// <summary>One card too old for amdgpu.</summary>
    public static SimulatedHostOptions LegacyRadeon { get; } = new()
    {
        Amd = [Card("0000:01:00.0", "0x6818", card: 1, render: 128) with { Driver = "radeon" }],
    };

    /// <summary>An integrated GPU on i915 with a left-over framebuffer link, and a discrete one on xe with a management engine.</summary>
    public static SimulatedHostOptions IntelArcAndIgpu { get; } = new()
    {
        Intel =
        [
            new SimulatedIntelGpu
            {
                PciAddress = SimulatedIntelGpu.IntegratedAddress,
                DeviceId = "0x4680",
                Driver = "i915",
                CardNumber = 1,
                RenderNumber = 129,
            },
            Arc("0000:0b:00.0", card: 2, render: 128) with { Mei = 0 },
        ],
        ByPathExtras = [ByPathLink.FirmwareFramebuffer(SimulatedIntelGpu.IntegratedAddress, 1)],
    };

    /// <summary>A physical function with two virtual ones, the second of which nothing is bound to.</summary>
    public static SimulatedHostOptions IntelSriov { get; } = new()
    {
        Bmc = true,
        Intel =
        [
            BattlemagePro("0000:4d:00.0") with
            {
                Driver = "xe",
                CardNumber = 2,
                RenderNumber = 128,
                Mei = 0,
                NumberOfVfs = 2,
                VramQuotas = [8UL << 30, 4UL << 30],
            },
            BattlemagePro("0000:4d:00.1") with { Driver = "xe", CardNumber = 1, RenderNumber = 129, PhysicalFunction = "0000:4d:00.0" },
            BattlemagePro("0000:4d:00.2") with { PhysicalFunction = "0000:4d:00.0" },
        ],
    };

    /// <summary>Two GPUs of NVIDIA's, two of AMD's and one of Intel's with a BMC, their addresses and numbers interleaved.</summary>
    public static SimulatedHostOptions ThreeVendors { get; } = new()
    {
        Bmc = true,
        Nvidia = new SimulatedNvidiaHostOptions { GpuCount = 2 },
        Kfd = new KfdOptions { ReversedNodes = true },
        Amd =
        [
            Mi210("0000:27:00.0", card: 6, render: 130) with { UniqueId = 0x71b60de49ac8253f },
            Mi210("0000:83:00.0", card: 1, render: 135) with { UniqueId = 0x04f7c2a86e1390bd, NumaNode = 1 },
        ],
        Intel = [Arc("0000:63:00.0", card: 5, render: 128) with { Mei = 0 }],
        ByPathExtras = [ByPathLink.FirmwareFramebuffer("0000:63:00.0", 5)],
    };

    /// <summary>A server whose only card belongs to its BMC.</summary>
    public static SimulatedHostOptions NoGpu { get; } = new() { Bmc = true };

    /// <summary>All of them, by the names that the command line knows.</summary>
    public static ImmutableSortedDictionary<string, SimulatedHostOptions> ByName { get; } = new Dictionary<string, SimulatedHostOptions>
    {
        ["mi210-pair"] = Mi210Pair,
        ["mi210-hives"] = Mi210Hives,
        ["partitioned-mi300"] = PartitionedMi300,
        ["many-partitions"] = ManyPartitions,
        ["apu-beside-card"] = ApuBesideCard,
        ["no-kfd"] = NoKfd,
        ["legacy-radeon"] = LegacyRadeon,
        ["intel-arc-and-igpu"] = IntelArcAndIgpu,
        ["intel-sriov"] = IntelSriov,
        ["three-vendors"] = ThreeVendors,
        ["no-gpu"] = NoGpu,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static SimulatedAmdGpu Card(string address, string device, int card, int render) =>
        new() { PciAddress = address, DeviceId = device, CardNumber = card, RenderNumber = render };

    private static SimulatedAmdGpu Mi210(string address, int card, int render) => Card(address, "0x740f", card, render) with
    {
        Class = OtherDisplay,
        ProductName = "AMD INSTINCT MI210",
        VramBytes = 64UL << 30,
        GfxTargetVersion = 90010,
    };

    // 3 and 5 have no divisor in common with 8, so that the numbers meet all of 1 to 8 in no order.
    private static SimulatedAmdGpu OneOfTwoHives(int position) =>
        Mi210($"0000:{0x13 + (position * 0x1b):x2}:00.0", card: 1 + (position * 3 % 8), render: 128 + (position * 5 % 8)) with
        {
            UniqueId = (ulong)(position + 1) * 0x9E3779B97F4A7C15,
            Hive = position % 2 == 0 ? 0x2c85f1a960d7be43UL : 0x71e40b9d583ca6f2UL,
            NumaNode = position % 2,
        };

    private static SimulatedAmdGpu Mi300(string address, int card, int render, int partitions) => Card(address, "0x74a1", card, render) with
    {
        Class = Accelerator,
        ProductName = "AMD Instinct MI300X",
        Partitions = partitions,
        VramBytes = 192UL << 30,
        GfxTargetVersion = 90402,
    };

    private static SimulatedAmdGpu Apu(string address, int card, int render) => Card(address, "0x150e", card, render) with
    {
        Class = OtherDisplay,
        Integrated = true,
        VramBytes = 512UL << 20,
        GfxTargetVersion = 110500,
    };

    // Eight in a domain. 7 and 11 have no divisor in common with 16, so that the numbers meet all of 1 to 16 in no order.
    private static SimulatedAmdGpu OneOfMany(int position) =>
        Mi300($"{position / 8:x4}:{0x15 + (position % 8 * 0x1c):x2}:00.0", 1 + (position * 7 % 16), 128 + (position * 11 % 16), partitions: 8) with
        {
            UniqueId = (ulong)(position + 1) * 0x9E3779B97F4A7C15,
            NumaNode = position % 8 / 4,
            MemoryPartition = "NPS4",
        };

    private static SimulatedIntelGpu Arc(string address, int card, int render) =>
        new() { PciAddress = address, DeviceId = "0xe20b", Driver = "xe", CardNumber = card, RenderNumber = render };

    private static SimulatedIntelGpu BattlemagePro(string address) => new() { PciAddress = address, DeviceId = "0xe211" };
}
