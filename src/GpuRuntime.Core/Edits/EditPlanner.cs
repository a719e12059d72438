using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Edits;

/// <summary>
/// From a request to a plan: inventory, selection and allocation, and each vendor's edits. The shim and the hook apply the same plan.
/// </summary>
/// <param name="allocations">Where it is kept who holds what.</param>
/// <param name="limits">What this host has to hold limits with.</param>
public sealed class EditPlanner(IHostRoot host, RuntimeConfiguration configuration, IAllocations allocations, ILimitHost limits)
{
    /// <summary>A plan that no container follows: nothing is reserved.</summary>
    /// <inheritdoc cref="Plan(GpuRequest, ContainerEnvironment, out ImmutableArray{string})"/>
    public static ContainerEdits? Plan(
        GpuRequest request, ContainerEnvironment environment, IHostRoot host, RuntimeConfiguration configuration, out ImmutableArray<string> warnings) =>
        new EditPlanner(host, configuration, Unrecorded.Instance, NoLimitHost.Instance).Plan(request, environment, out warnings);

    /// <param name="warnings">What the admin should know of what is given or left out.</param>
    /// <returns><see langword="null"/> when, seen with this host, nothing was asked for.</returns>
    /// <exception cref="GpuRuntimeException">The request cannot be met on this host. What it may have reserved is its caller's to release.</exception>
    public ContainerEdits? Plan(GpuRequest request, ContainerEnvironment environment, out ImmutableArray<string> warnings)
    {
        warnings = [];
        RefuseUnknownOptions(request);
        request = InWholeMebibytes(request);
        var gpus = VendorModules.Identify(host);
        var facts = new LimitFacts(host, limits, configuration);
        var allocation = allocations.Reserve(holdings => Allocator.Allocate(request, gpus, facts, holdings), request.Selectors.Any(selector => selector.Kind == SelectorKind.Count));
        warnings = allocation.Warnings;
        if (allocation.IsNothing)
            return null;
        var edits = ContainerEdits.Empty;
        foreach (var module in VendorModules.All)
        {
            ImmutableArray<Gpu> own = [.. allocation.Gpus.Where(gpu => gpu.Vendor == module.Vendor)];
            // In a step of its own: behind another operator, Select is a generic virtual call (docs/performance.md).
            own = [.. own.Select(gpu => module.WithNodes(gpu, host))];
            // "none" is nothing to do on a host without the driver; it must not keep a container from starting there.
            if (!own.IsEmpty || (request.DriverFilesOnly && module.HasDriverWithoutGpu(host)))
                edits = ContainerEdits.Join(edits, module.Edits(new VendorGrant(own, request, environment) { NeedsManagementLibrary = allocation.Limits.Cooperative is not null }, host, configuration));
        }

        return LimitEdits.Add(edits, allocation);
    }

    // A module that knows an option takes it out of here; so far none does.
    private static void RefuseUnknownOptions(GpuRequest request)
    {
        if (request.Options.IsEmpty)
            return;
        var names = string.Join(", ", request.Options.Keys.Order(StringComparer.Ordinal).Select(PrintableText.Quote));
        throw new GpuRuntimeException(ErrorCode.RequestUnsupported, $"{request.Source}: no vendor's module knows the {(request.Options.Count == 1 ? "option" : "options")} {names}; leave options= out.");
    }

    // Mechanisms count in MiB; all of them, and what the container is told, go by the same number.
    private static GpuRequest InWholeMebibytes(GpuRequest request)
    {
        if (request.MemoryLimitBytes is not { } bytes)
            return request;
        var whole = bytes / MemoryText.Mebibyte * MemoryText.Mebibyte;
        return whole > 0
            ? request with { MemoryLimitBytes = whole }
            : throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{request.Source}: a memory limit of {bytes} bytes is less than 1 MiB; ask for more.");
    }
}
