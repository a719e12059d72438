using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Cdi;
using GpuRuntime.Linux.Limits;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Bundles;

/// <summary>What the container of a bundle is to get: the same for the shim and for the hook, which differ in how they give it.</summary>
/// <param name="Reservation">The GPUs are the container's until this is released; <see langword="null"/> where no ledger is kept.</param>
public sealed record BundlePlan(OciSpec Spec, ContainerEdits Edits, string Source, OwnedAllocations? Reservation)
{
    /// <returns><see langword="null"/> when the container asks for nothing.</returns>
    /// <exception cref="GpuRuntimeException">The bundle cannot be read, or its request cannot be met on this host; then nothing is held.</exception>
    public static BundlePlan? Make(BundleDirectory bundle, PlannedContainer container, RuntimeConfiguration configuration)
    {
        var spec = OciSpec.Parse(bundle.ReadSpec(), bundle.SpecPath);
        var facts = spec.Facts();
        var request = Read(facts, configuration, out var warnings);
        foreach (var warning in warnings)
            RuntimeLog.RequestIgnored(configuration, container.Id, warning);
        if (request is null)
            return null;
        var reservation = container.Allocations(configuration);
        try
        {
            return Make(spec, facts, request, container, configuration, reservation);
        }
        catch
        {
            reservation?.Release();
            throw;
        }
    }

    private static BundlePlan? Make(
        OciSpec spec, ContainerFacts facts, GpuRequest request, PlannedContainer container, RuntimeConfiguration configuration, OwnedAllocations? reservation)
    {
        using var host = new LinuxHostRoot(configuration);
        var gpus = request.CdiDevices.IsEmpty ? [] : VendorModules.Identify(host);
        request = CdiOwnDevices.Resolve(request, gpus, configuration);
        var planner = new EditPlanner(
            host, configuration, (IAllocations?)reservation ?? new RootlessAllocations(configuration.StateDirectory), new LinuxLimitHost(configuration.StateDirectory, container.LowLevelRuntime));
        var plan = planner.Plan(request, facts.Environment, out var warnings);
        foreach (var warning in warnings)
            RuntimeLog.GrantNoted(configuration, container.Id, warning);
        var edits = request.CdiDevices.IsEmpty ? plan : ContainerEdits.Join(plan ?? ContainerEdits.Empty, OfSpecifications(request, facts, gpus, container.Id, configuration));
        if (edits is null)
            return null;
        // KFD goes by the device cgroup alone: nodes that the container does not have keep no GPU from it.
        if (spec.AllowsEveryDevice && edits.DeviceNodes.Any(node => node.Path == "/dev/kfd"))
            RuntimeLog.GrantNoted(configuration, container.Id, "The container may open every device, so that it sees every AMD GPU, not only those that it was given; start it without --privileged.");
        if (edits.Limits is { Unified.IsEmpty: false } && !spec.HasMemoryLimit && configuration.SpillMemoryBytes is null)
            RuntimeLog.GrantNoted(configuration, container.Id, "Device memory above the container's limit moves into the host's memory, which nothing limits for this container; give it a limit of that too (docker run -m), or set limits.spillMemory.");
        return new BundlePlan(spec, edits, request.Source, reservation);
    }

    private static ContainerEdits OfSpecifications(GpuRequest request, ContainerFacts facts, ImmutableArray<Gpu> gpus, string? id, RuntimeConfiguration configuration)
    {
        try
        {
            var devices = CdiDirectories.Resolve(configuration.CdiSpecDirectories, request.CdiDevices, out var ignored);
            foreach (var file in ignored)
                RuntimeLog.GrantNoted(configuration, id, file.Reason);
            return CdiInjection.Edits(devices, CdiHostNodes.Of, facts.Process);
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.CdiDeviceNotFound && request.CdiDevices.Any(CdiOwnDevices.IsOfOurKind))
        {
            throw new GpuRuntimeException(exception.Code, $"{exception.Message} This host has {HostGpus.Describe(gpus)}.", exception);
        }
    }

    private static GpuRequest? Read(ContainerFacts facts, RuntimeConfiguration configuration, out ImmutableArray<string> warnings)
    {
        try
        {
            return RequestReader.Read(facts, configuration, out warnings);
        }
        catch (GpuRuntimeException exception) when (exception.NamesNoGpu)
        {
            using var host = new LinuxHostRoot(configuration);
            throw new GpuRuntimeException(exception.Code, $"{exception.Message} This host has {HostGpus.Describe(VendorModules.Identify(host))}.", exception);
        }
    }
}
