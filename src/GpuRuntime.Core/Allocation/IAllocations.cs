namespace GpuRuntime.Core.Allocation;

/// <summary>Where it is kept which container holds what.</summary>
public interface IAllocations
{
    /// <summary>Decides what a container gets, and writes that down before anybody else can decide.</summary>
    /// <param name="decide">
    /// Called with nobody else deciding; a second time, should it refuse, once the entries of containers that are gone have been taken away.
    /// </param>
    /// <param name="comparesHolders">The decision goes by how many hold what: containers that are gone shall not count, as far as that costs little.</param>
    /// <exception cref="Errors.GpuRuntimeException">What <paramref name="decide"/> throws; nothing is held then.</exception>
    Allocation Reserve(Func<IHoldings, Allocation> decide, bool comparesHolders = false);
}
