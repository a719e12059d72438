using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Limits;

/// <summary>
/// What limits are decided from. Read when it is first asked for, and once: a container may have many GPUs, and nobody else can decide meanwhile.
/// </summary>
public sealed class LimitFacts(IHostRoot root, ILimitHost host, RuntimeConfiguration configuration)
{
    private readonly Lazy<UnifiedHierarchy?> _unified = new(() => UnifiedHierarchy.Read(root));
    private readonly Lazy<DriverLimits> _driverLimits = new(() => DriverLimits.Look(root, host, configuration));
    private readonly Lazy<WatchdogState?> _watchdog = new(() => host.Watchdog);

    public IHostRoot Root => root;

    public ILimitHost Host => host;

    public RuntimeConfiguration Configuration => configuration;

    /// <summary>cgroup version 2; <see langword="null"/> where it is not mounted.</summary>
    internal UnifiedHierarchy? Unified => _unified.Value;

    internal DriverLimits DriverLimits => _driverLimits.Value;

    /// <inheritdoc cref="ILimitHost.Watchdog"/>
    public WatchdogState? Watchdog => _watchdog.Value;
}

/// <summary>Whether NVIDIA's driver takes limits for a cgroup.</summary>
/// <param name="Library">The driver's libnvidia-ml on this host; <see langword="null"/> where it is not found.</param>
/// <param name="AreTaken">It has the function.</param>
internal sealed record DriverLimits(string? Library, bool AreTaken)
{
    public static DriverLimits Look(IHostRoot root, ILimitHost host, RuntimeConfiguration configuration)
    {
        var library = ManagementLibrary.Find(root, configuration.LibrarySearchPaths);
        return new DriverLimits(library, library is not null && host.Exports(library, NvidiaMemoryLimit.Symbol));
    }
}
