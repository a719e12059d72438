namespace GpuRuntime.Core.Allocation;

/// <summary>Who holds what at the moment of a decision; only what is looked up is read.</summary>
public interface IHoldings
{
    UnitUse Of(HeldUnit unit);

    /// <summary>The containers that hold a unit, for messages; at most a few.</summary>
    IReadOnlyList<string> HoldersOf(HeldUnit unit);
}
