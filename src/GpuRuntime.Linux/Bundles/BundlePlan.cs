using System.Collections.Immutable;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Cdi;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Bundles;

/// <summary>What the container of a bundle is to get: the same for the shim and for the hook, which differ in how they give it.</summary>
public sealed record BundlePlan(OciSpec Spec, ContainerEdits Edits, string Source)
{
    /// <returns><see langword="null"/> when the container asks for nothing.</returns>
    /// <exception cref="GpuRuntimeException">The bundle cannot be read, or its request cannot be met on this host.</exception>
    public static BundlePlan? Make(BundleDirectory bundle, string? id, RuntimeConfiguration configuration)
    {
        var spec = OciSpec.Parse(bundle.ReadSpec(), bundle.SpecPath);
        var facts = spec.Facts();
        var request = Read(facts, configuration, out var warnings);
        foreach (var warning in warnings)
            RuntimeLog.RequestIgnored(configuration, id, warning);
        if (request is null)
            return null;
        using var host = new LinuxHostRoot(configuration);
        var gpus = request.CdiDevices.IsEmpty ? [] : VendorModules.Identify(host);
        request = CdiOwnDevices.Resolve(request, gpus, configuration);
        var plan = EditPlanner.Plan(request, facts.Environment, host, configuration, out warnings);
        foreach (var warning in warnings)
            RuntimeLog.GrantNoted(configuration, id, warning);
        var edits = request.CdiDevices.IsEmpty ? plan : ContainerEdits.Join(plan ?? ContainerEdits.Empty, OfSpecifications(request, facts, gpus, id, configuration));
        if (edits is null)
            return null;
        // KFD goes by the device cgroup alone: nodes that the container does not have keep no GPU from it.
        if (spec.AllowsEveryDevice && edits.DeviceNodes.Any(node => node.Path == "/dev/kfd"))
            RuntimeLog.GrantNoted(configuration, id, "The container may open every device, so that it sees every AMD GPU, not only those that it was given; start it without --privileged.");
        return new BundlePlan(spec, edits, request.Source);
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
