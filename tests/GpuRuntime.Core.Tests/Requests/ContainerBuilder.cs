using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>A container's facts, put together in one line.</summary>
internal static class ContainerBuilder
{
    public static ContainerFacts Env(params string[] entries) => new() { Environment = new ContainerEnvironment(entries) };

    public static ContainerFacts Annotated(this ContainerFacts facts, string name, string value) => facts with { Annotations = facts.Annotations.SetItem(name, value) };

    public static ContainerFacts Privileged(this ContainerFacts facts) => facts with { Privileged = true };

    public static GpuRequest? Request(this ContainerFacts facts, RuntimeConfiguration? configuration = null) => facts.Request(configuration, out _);

    public static GpuRequest? Request(this ContainerFacts facts, RuntimeConfiguration? configuration, out ImmutableArray<string> warnings) =>
        RequestReader.Read(facts, configuration ?? RuntimeConfiguration.Default, out warnings);

    /// <summary>The devices of the request as a text, and "nothing" where there is none.</summary>
    public static string Asked(this ContainerFacts facts, RuntimeConfiguration? configuration = null) =>
        facts.Request(configuration) is { } request
            ? string.Join(", ", new[] { RequestText.Of(request) }.Concat(request.SwarmResources.Select(resource => $"{resource.Name}={resource.Value}")).Where(text => text.Length > 0))
            : "nothing";
}
