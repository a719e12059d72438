using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Edits;

/// <summary>From a request to a plan: inventory, selection, and each vendor's edits. The shim and the hook apply the same plan.</summary>
public static class EditPlanner
{
    /// <param name="warnings">What the admin should know of what is given or left out.</param>
    /// <returns><see langword="null"/> when, seen with this host, nothing was asked for.</returns>
    /// <exception cref="GpuRuntimeException">The request cannot be met on this host.</exception>
    public static ContainerEdits? Plan(
        GpuRequest request, ContainerEnvironment environment, IHostRoot host, RuntimeConfiguration configuration, out ImmutableArray<string> warnings)
    {
        warnings = [];
        RefuseWhatNothingEnforces(request, configuration);
        RefuseUnknownOptions(request);
        var selected = GpuSelection.Select(request, VendorModules.Identify(host), configuration);
        warnings = selected.Warnings;
        if (selected.IsNothing)
            return null;
        var edits = ContainerEdits.Empty;
        foreach (var module in VendorModules.All)
        {
            ImmutableArray<Gpu> own = [.. selected.Gpus.Where(gpu => gpu.Vendor == module.Vendor).Select(gpu => module.WithNodes(gpu, host))];
            // "none" is nothing to do on a host without the driver; it must not keep a container from starting there.
            if (!own.IsEmpty || (request.DriverFilesOnly && module.HasDriverWithoutGpu(host)))
                edits = ContainerEdits.Join(edits, module.Edits(new VendorGrant(own, request, environment), host, configuration));
        }

        return edits;
    }

    // A module that knows an option takes it out of here; so far none does.
    private static void RefuseUnknownOptions(GpuRequest request)
    {
        if (request.Options.IsEmpty)
            return;
        var names = string.Join(", ", request.Options.Keys.Order(StringComparer.Ordinal).Select(PrintableText.Quote));
        throw new GpuRuntimeException(ErrorCode.RequestUnsupported, $"{request.Source}: no vendor's module knows the {(request.Options.Count == 1 ? "option" : "options")} {names}; leave options= out.");
    }

    // A limit that nobody holds would be a lie; until a tier can hold it the create fails.
    private static void RefuseWhatNothingEnforces(GpuRequest request, RuntimeConfiguration configuration)
    {
        var asked = request.MemoryLimitBytes is { } bytes ? $"a memory limit of {bytes} bytes"
            : request.ComputePercent is { } percent ? $"a compute share of {percent}%"
            : request.Mode == SharingMode.Exclusive ? "exclusive use"
            : null;
        if (asked is null)
            return;
        var tier = ConfigurationKey.All.First(key => key.Name == "limits.minimumTier").Words[(int)configuration.MinimumTier];
        throw new GpuRuntimeException(
            ErrorCode.LimitUnavailable,
            $"{request.Source}: {asked} was asked for, and this version of gpu-runtime enforces none (limits.minimumTier is {tier}); start the container without it.");
    }
}
