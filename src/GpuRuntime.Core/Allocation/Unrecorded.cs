namespace GpuRuntime.Core.Allocation;

/// <summary>Nothing is written down and nobody holds anything: for plans that no container follows.</summary>
public sealed class Unrecorded : IAllocations, IHoldings
{
    public static readonly Unrecorded Instance = new();

    public Allocation Reserve(Func<IHoldings, Allocation> decide, bool comparesHolders = false) => decide(this);

    public UnitUse Of(HeldUnit unit) => UnitUse.Free;

    public IReadOnlyList<string> HoldersOf(HeldUnit unit) => [];
}
