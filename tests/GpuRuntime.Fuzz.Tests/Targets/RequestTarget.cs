using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.DockerCommand;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>
/// What asks for GPUs: the first line is a value of <c>--gpus</c>, each other one an annotation (<c>@name=value</c>) or a variable of the container.
/// </summary>
internal static class RequestTarget
{
    private static readonly IHostRoot Host = new RecordedHost(FileRecords.Parse(SmallHost.Text));

    public static void Run(ReadOnlySpan<byte> input)
    {
        var lines = InputText.Of(input).Split('\n');
        // What one way in refuses, another may take.
        _ = ReaderContract.IsTaken(() => Check(RequestGrammar.Parse(lines[0], "--gpus")));
        _ = ReaderContract.IsTaken(() => ForDocker(lines[0]));
        var facts = Facts(lines);
        var request = RequestReader.Read(facts, RuntimeConfiguration.Default, out var warnings);
        Broken.Unless(warnings.All(warning => warning.Length > 0), "a warning says something");
        Check(request);
        if (request is not null)
            _ = EditPlanner.Plan(request, facts.Environment, Host, RuntimeConfiguration.Default, out _);
    }

    private static ContainerFacts Facts(string[] lines)
    {
        var annotations = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.Where(line => line.StartsWith('@') && line.Contains('=', StringComparison.Ordinal)))
            annotations[line[1..line.IndexOf('=', StringComparison.Ordinal)]] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return new ContainerFacts { Environment = new ContainerEnvironment(lines.Skip(1).Where(line => !line.StartsWith('@'))), Annotations = annotations.ToImmutable() };
    }

    private static void ForDocker(string gpus)
    {
        string[] arguments = ["gpu", "run", "--gpus", gpus, "image"];
        var translation = new DockerRunTranslation(PluginCommandLine.Parse(arguments), arguments);
        _ = translation.For(knowsAnnotations: true);
        _ = translation.For(knowsAnnotations: false);
    }

    private static void Check(GpuRequest? request)
    {
        if (request is null)
            return;
        Broken.Unless(request.MemoryLimitBytes is null or > 0, "a limit is more than nothing");
        Broken.Unless(request.ComputePercent is null or (>= 1 and <= 100), "a share is 1 to 100 percent");
        Broken.Unless(request.Source.Length > 0, "a request tells where it comes from");
        foreach (var selector in request.Selectors)
        {
            Broken.Unless(selector.Kind != SelectorKind.Index || (selector.First >= 0 && selector.First <= selector.Last), "a range goes upwards");
            Broken.Unless(selector.Kind != SelectorKind.Count || selector.First > 0, "a count is more than nothing");
        }
    }
}
