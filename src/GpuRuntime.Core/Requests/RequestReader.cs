using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>Finds out what a container asks for. Strongest first: annotations, GPU_RUNTIME_GPUS, Swarm, the vendors' own variables.</summary>
public static class RequestReader
{
    public const string GpusAnnotation = "gpu-runtime.io/gpus";
    public const string MemoryAnnotation = "gpu-runtime.io/memory";
    public const string ComputeAnnotation = "gpu-runtime.io/compute";
    public const string ModeAnnotation = "gpu-runtime.io/mode";
    public const string GpusVariable = "GPU_RUNTIME_GPUS";

    private const string CdiAnnotationPrefix = "cdi.k8s.io/";

    /// <summary>NVIDIA's own limit, in MiB.</summary>
    private const string NvidiaMemoryVariable = "NVIDIA_GPU_MEMORY_LIMIT";

    private static readonly ImmutableArray<VendorVariable> VendorVariables =
        [VendorVariable.Of(GpuVendor.Nvidia), VendorVariable.Of(GpuVendor.Amd), VendorVariable.Of(GpuVendor.Intel)];

    /// <param name="warnings">Sources that were there and, by the configuration, do not count.</param>
    /// <returns><see langword="null"/> when the container asks for no GPU and no driver.</returns>
    /// <exception cref="GpuRuntimeException">A request that counts does not follow the grammar.</exception>
    public static GpuRequest? Read(ContainerFacts facts, RuntimeConfiguration configuration, out ImmutableArray<string> warnings)
    {
        warnings = Ignored(facts, configuration);
        var annotations = configuration.AcceptAnnotations ? facts.Annotations : ImmutableDictionary<string, string>.Empty;
        var envAccepted = facts.Privileged ? configuration.AcceptEnvPrivileged : configuration.AcceptEnvUnprivileged;
        var environment = envAccepted ? facts.Environment : ContainerEnvironment.Empty;

        var annotated = WithCdiAnnotations(FromAnnotation(annotations), facts.Annotations, configuration);
        var own = FromOwnVariable(environment);
        var request = annotated ?? OfAcceptedKinds(own ?? FromVendorVariables(environment, configuration), configuration);
        if (request is null || request.AsksForNothing)
            return null;
        if (annotated is not null && own is not null)
            request = WithLimits(request, own.MemoryLimitBytes, own.ComputePercent);
        return WithVendorMemoryLimit(WithAnnotatedLimits(request, annotations), environment) with { AcceptedEnvironment = environment, Privileged = facts.Privileged };
    }

    private static ImmutableArray<string> Ignored(ContainerFacts facts, RuntimeConfiguration configuration)
    {
        var ignored = ImmutableArray.CreateBuilder<string>();
        if (!configuration.AcceptAnnotations && facts.Annotations.ContainsKey(GpusAnnotation))
            ignored.Add($"Annotation {GpusAnnotation} is ignored: acceptAnnotations is false.");
        if (!configuration.CdiAnnotations)
            ignored.AddRange(CdiKeys(facts.Annotations).Select(key => $"Annotation {key} is ignored: cdi.annotations is false."));
        var accepted = facts.Privileged ? configuration.AcceptEnvPrivileged : configuration.AcceptEnvUnprivileged;
        if (!accepted)
        {
            var key = facts.Privileged ? "acceptEnv.privileged" : "acceptEnv.unprivileged";
            ignored.AddRange(VendorVariables.Select(variable => variable.Name).Append(GpusVariable)
                .Where(facts.Environment.IsSetAndNotEmpty)
                .Concat(Swarm(facts.Environment, configuration).Where(resource => resource.NamesGpus).Select(resource => resource.Name))
                .Select(variable => $"{variable} is ignored: {key} is false."));
        }

        return ignored.ToImmutable();
    }

    private static GpuRequest? FromAnnotation(ImmutableDictionary<string, string> annotations) =>
        annotations.TryGetValue(GpusAnnotation, out var text) ? RequestGrammar.Parse(text, $"annotation {GpusAnnotation}") : null;

    // An annotation cdi.k8s.io/ANYTHING lists devices (CDI specification, "Kubernetes annotations"); several add up.
    private static GpuRequest? WithCdiAnnotations(GpuRequest? request, ImmutableDictionary<string, string> annotations, RuntimeConfiguration configuration)
    {
        var keys = configuration.CdiAnnotations ? CdiKeys(annotations) : [];
        if (keys.IsEmpty)
            return request;
        var devices = keys.SelectMany(key => annotations[key].Split(',', StringSplitOptions.TrimEntries).Select(item => CdiName.TryParse(item)
            ?? throw InvalidAnnotation(key, item, "the qualified name of a CDI device, such as nvidia.com/gpu=0")));
        var source = $"annotation {string.Join(", ", keys)}";
        request ??= new GpuRequest { Source = source };
        return request with { CdiDevices = [.. request.CdiDevices, .. devices], Source = request.Source == source ? source : $"{request.Source}, {source}" };
    }

    private static ImmutableArray<string> CdiKeys(ImmutableDictionary<string, string> annotations) =>
        [.. annotations.Keys.Where(key => key.StartsWith(CdiAnnotationPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static GpuRequest? OfAcceptedKinds(GpuRequest? request, RuntimeConfiguration configuration)
    {
        if (request?.CdiDevices.FirstOrDefault(device => !configuration.CdiEnvironmentKinds.Any(device.IsOfKind)) is { } refused)
            throw new GpuRuntimeException(
                ErrorCode.CdiKindNotAccepted,
                $"{request.Source} asks for the CDI device {refused}, and an environment, which an image may have set, can ask for {string.Join(", ", configuration.CdiEnvironmentKinds.DefaultIfEmpty("no CDI device"))} only; ask by the annotation {GpusAnnotation}, or list {refused.Kind} in cdi.environmentKinds.");
        return request;
    }

    private static GpuRequest? FromOwnVariable(ContainerEnvironment environment) =>
        environment[GpusVariable] is { } text ? RequestGrammar.Parse(text, GpusVariable) : null;

    private static GpuRequest? FromVendorVariables(ContainerEnvironment environment, RuntimeConfiguration configuration)
    {
        var selectors = ImmutableArray.CreateBuilder<DeviceSelector>();
        var cdiDevices = ImmutableArray.CreateBuilder<CdiName>();
        var declined = ImmutableArray.CreateBuilder<GpuVendor>();
        var sources = new List<string>();
        var driverOnly = false;
        foreach (var (variable, vendor) in VendorVariables)
        {
            var value = environment[variable];
            if (vendor == GpuVendor.Nvidia && value is null && LegacyCudaImage.Is(environment))
                value = "all";
            switch (VisibleDevices.Parse(value, vendor, variable))
            {
                case VisibleDevices.Listed listed:
                    selectors.AddRange(listed.Selectors);
                    cdiDevices.AddRange(listed.CdiDevices);
                    sources.Add(variable);
                    break;
                case VisibleDevices.DriverOnly:
                    driverOnly |= vendor == GpuVendor.Nvidia;
                    declined.Add(vendor);
                    sources.Add(variable);
                    break;
                default:
                    if (environment.IsSetAndNotEmpty(variable))
                        declined.Add(vendor);
                    break;
            }
        }

        var swarm = Swarm(environment, configuration);
        sources.AddRange(swarm.Select(resource => resource.Name));
        if (selectors.Count == 0 && cdiDevices.Count == 0 && !driverOnly && swarm.IsEmpty)
            return null;
        return new GpuRequest
        {
            Selectors = selectors.ToImmutable(),
            CdiDevices = cdiDevices.ToImmutable(),
            DriverFilesOnly = driverOnly,
            FromGpusFlag = selectors.Count > 0 && cdiDevices.Count == 0 && selectors.All(selector => selector.Vendor == GpuVendor.Nvidia) && declined.Count == 0,
            FromVendorVariables = true,
            DeclinedVendors = declined.ToImmutable(),
            SwarmResources = swarm,
            Source = string.Join(", ", sources),
        };
    }

    private static ImmutableArray<SwarmResource> Swarm(ContainerEnvironment environment, RuntimeConfiguration configuration)
    {
        var found = ImmutableArray.CreateBuilder<SwarmResource>();
        foreach (var name in configuration.SwarmResources)
        {
            if (name.EndsWith('*'))
                found.AddRange(environment.WithPrefix(name[..^1]).Select(variable => new SwarmResource(variable.Name, variable.Value, false)));
            else if (environment[name] is { } value)
                found.Add(new SwarmResource(name, value, true));
        }

        return [.. found.Where(resource => resource.Value.Trim().Length > 0).DistinctBy(resource => resource.Name)];
    }

    private static GpuRequest WithAnnotatedLimits(GpuRequest request, ImmutableDictionary<string, string> annotations)
    {
        if (annotations.TryGetValue(MemoryAnnotation, out var memory))
        {
            var size = ByteSize.Parse(memory);
            request = WithLimits(request, size.Bytes ?? throw InvalidAnnotation(MemoryAnnotation, memory, $"an amount of memory such as 2GB or 2GiB: it {size.Problem}"), null);
        }

        if (annotations.TryGetValue(ComputeAnnotation, out var compute))
            request = WithLimits(request, null, RequestGrammar.Percent(compute) ?? throw InvalidAnnotation(ComputeAnnotation, compute, "a share from 1% to 100%"));
        if (annotations.TryGetValue(ModeAnnotation, out var mode))
            request = request with { Mode = RequestGrammar.Sharing(mode) ?? throw InvalidAnnotation(ModeAnnotation, mode, "shared or exclusive") };
        return request;
    }

    private static GpuRequest WithVendorMemoryLimit(GpuRequest request, ContainerEnvironment environment)
    {
        if (environment[NvidiaMemoryVariable] is not { Length: > 0 } text)
            return request;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) || mebibytes is < 1 or > 1L << 40)
            throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{NvidiaMemoryVariable}: {PrintableText.Quote(text)} is not a number of MiB.");
        return WithLimits(request, mebibytes << 20, null);
    }

    // Whoever wrote the environment may lower the limit that an annotation sets, never raise it: of two the lower counts.
    private static GpuRequest WithLimits(GpuRequest request, long? bytes, int? percent) => request with
    {
        MemoryLimitBytes = request.MemoryLimitBytes < bytes ? request.MemoryLimitBytes : bytes ?? request.MemoryLimitBytes,
        ComputePercent = request.ComputePercent < percent ? request.ComputePercent : percent ?? request.ComputePercent,
    };

    private sealed record VendorVariable(string Name, GpuVendor Vendor)
    {
        public static VendorVariable Of(GpuVendor vendor) => new(vendor.VisibleDevicesVariable(), vendor);
    }

    private static GpuRuntimeException InvalidAnnotation(string name, string value, string wanted) =>
        new(ErrorCode.RequestInvalid, $"annotation {name}: {PrintableText.Quote(value)} is not {wanted}.");
}
