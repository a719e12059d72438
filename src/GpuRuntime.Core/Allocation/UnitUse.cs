namespace GpuRuntime.Core.Allocation;

/// <summary>How a unit is held by other containers.</summary>
/// <param name="Holders">How many containers hold it.</param>
/// <param name="IsExclusive">One of them has it for itself.</param>
/// <param name="LimitedBytes">The sum of their memory limits; a container without one adds nothing.</param>
public sealed record UnitUse(int Holders, bool IsExclusive, long LimitedBytes)
{
    public static readonly UnitUse Free = new(0, false, 0);
}
