using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>NVIDIA's GPUs at 0000:01:00.0 and up with 24 GiB each, an agent whose watchdog can measure them, and containers that hold some.</summary>
internal sealed class AllocationScene : ILimitHost
{
    public const long Gibibyte = 1L << 30;

    public HoldingsByHand Holdings { get; } = new();

    public ImmutableArray<Gpu> Gpus { get; init; } = Cards(4);

    public RuntimeConfiguration Configuration { get; init; } = RuntimeConfiguration.Default;

    public WatchdogState? Watchdog { get; init; } = new([GpuVendor.Nvidia]);

    public string? AgentProgram => null;

    public string? CooperativeLibraries => null;

    public string LowLevelRuntime => "runc";

    public bool Exports(string hostPath, string symbol) => false;

    public bool Exists(string path) => false;

    public static ImmutableArray<Gpu> Cards(int count) => [.. Enumerable.Range(0, count).Select(Card)];

    public static Gpu Card(int index) => new()
    {
        Vendor = GpuVendor.Nvidia,
        Index = index,
        PciAddress = PciAddress.Parse($"0000:{index + 1:x2}:00.0")!.Value,
        Uuid = $"GPU-00000000-0000-0000-0000-00000000000{index}",
        MemoryBytes = 24 * Gibibyte,
    };

    public static string Unit(int index) => $"0000:{index + 1:x2}:00.0";

    /// <summary>Lets a container share these GPUs, by their indexes.</summary>
    public AllocationScene Shared(string container, params IEnumerable<int> indexes) => Limited(container, 0, indexes);

    /// <summary>Lets a container share them with a memory limit.</summary>
    public AllocationScene Limited(string container, long bytes, params IEnumerable<int> indexes)
    {
        Holdings.Hold(container, exclusive: false, bytes, indexes.Select(Unit));
        return this;
    }

    /// <summary>Lets a container have these GPUs for itself.</summary>
    public AllocationScene Exclusive(string container, params IEnumerable<int> indexes)
    {
        Holdings.Hold(container, exclusive: true, 0, indexes.Select(Unit));
        return this;
    }

    public Core.Allocation.Allocation Allocate(string request) =>
        Allocator.Allocate(RequestGrammar.Parse(request, RequestReader.GpusVariable)!, Gpus, new LimitFacts(new HostWithoutFiles(), this, Configuration), Holdings);

    /// <summary>The ids of the units that a request gets.</summary>
    public string Given(string request) => string.Join(' ', Allocate(request).Units.Select(unit => unit.Id));

    /// <summary>The sentence with which a request is refused.</summary>
    public string Refused(ErrorCode code, string request) => Refusal.Of(code, () => Allocate(request));
}
