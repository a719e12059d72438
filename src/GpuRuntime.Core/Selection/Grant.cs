using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Selection;

/// <summary>Collects what selectors name: whole GPUs, or some MIG devices of one.</summary>
internal sealed class Grant
{
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);
    private readonly HashSet<string> _migDevices = new(StringComparer.Ordinal);

    /// <summary>Ids of the GPUs that were asked for whole, divided or not.</summary>
    public IReadOnlySet<string> WholeIds => _whole;

    /// <summary>Whole GPUs; of those that are divided into MIG devices all of them.</summary>
    public void Add(IEnumerable<Gpu> gpus)
    {
        foreach (var gpu in gpus)
            _whole.Add(gpu.Id);
    }

    public void Add(Gpu gpu, MigDevice device) => _migDevices.Add(Name(gpu, device));

    public ImmutableArray<Gpu> In(ImmutableArray<Gpu> host) => [.. host.Select(Granted).OfType<Gpu>()];

    private Gpu? Granted(Gpu gpu)
    {
        if (_whole.Contains(gpu.Id))
            return gpu;
        ImmutableArray<MigDevice> granted = [.. gpu.MigDevices.Where(device => _migDevices.Contains(Name(gpu, device)))];
        return granted.IsEmpty ? null : gpu with { MigDevices = granted };
    }

    private static string Name(Gpu gpu, MigDevice device) => $"{gpu.Id}:{device.Index}";
}
