using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Selection;

/// <summary>Collects what selectors name: whole GPUs, or some MIG devices of one.</summary>
internal sealed class Grant
{
    private readonly HashSet<string> _whole = new(StringComparer.Ordinal);
    private readonly HashSet<(string Gpu, int Mig)> _migDevices = [];

    /// <summary>Whole GPUs; of those that are divided into MIG devices all of them.</summary>
    public void Add(IEnumerable<Gpu> gpus)
    {
        foreach (var gpu in gpus)
            _whole.Add(gpu.Id);
    }

    public void Add(Gpu gpu, MigDevice device) => _migDevices.Add((gpu.Id, device.Index));

    public ImmutableArray<Gpu> In(ImmutableArray<Gpu> host) =>
    [
        .. from gpu in host
           let granted = _whole.Contains(gpu.Id) ? gpu.MigDevices : [.. gpu.MigDevices.Where(device => _migDevices.Contains((gpu.Id, device.Index)))]
           where _whole.Contains(gpu.Id) || !granted.IsEmpty
           select granted.Length == gpu.MigDevices.Length ? gpu : gpu with { MigDevices = granted },
    ];
}
