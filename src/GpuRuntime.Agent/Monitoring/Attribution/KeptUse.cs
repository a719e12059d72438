using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Attribution;

/// <summary>What a container of the ledger used in the last pass: as long as none of its processes was read anew, it is what it uses now.</summary>
internal sealed class KeptUse(LedgerContainer container)
{
    private readonly List<ProcessUse> _own = [];

    public LedgerContainer Container => container;

    /// <summary><see langword="null"/> before it is counted first.</summary>
    public ContainerUse? Use { get; private set; }

    /// <summary>Whether <see cref="Use"/> was counted of just these.</summary>
    public bool IsOf(List<ProcessUse> own) => Use is not null && own.SequenceEqual(_own, ReferenceEqualityComparer.Instance);

    public void Keep(List<ProcessUse> own, ContainerUse use)
    {
        _own.Clear();
        _own.AddRange(own);
        Use = use;
    }
}
