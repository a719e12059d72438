using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Rows about what gpu-runtime opens before it becomes the low-level runtime, which is a program that writes down what it got.</summary>
public abstract partial class TracedShimFixture : BundleFixture
{
    private string _runtime = "";
    private string _strace = "";

    /// <summary>What the low-level runtime was started with.</summary>
    private protected string Record => Machine.Directory.Combine("record");

    /// <summary>A configuration that leaves the choice of the low-level runtime at its default, or names one.</summary>
    private protected string Defaults(bool named, Action<JsonObject>? edit = null) => Machine.WriteConfiguration($"named-{named}.json", json =>
    {
        json.Remove("lowLevelRuntimes");
        if (named)
            json["lowLevelRuntimes"] = new JsonArray(_runtime);
        edit?.Invoke(json);
    });

    /// <summary>The paths that gpu-runtime gave to the kernel before it became the low-level runtime.</summary>
    private protected async Task<string[]> OpenedAsync(string configuration, string workingDirectory, IEnumerable<string> arguments)
    {
        var trace = Machine.Directory.Combine($"trace-{Guid.NewGuid():N}");
        string[] options = ["-f", "-qq", "-s", "4096", "-e", "trace=%file", "-o", trace];
        var command = Command.Of(_strace, [.. options, Programs.GpuRuntime, "--root", Bundles.StateRoot, .. arguments]);
        var result = await (Bundles.Complete(command) with { WorkingDirectory = workingDirectory })
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration)
            .WithEnvironment(RecordingRuntime.Variable, Record)
            .WithEnvironment("PATH", Path.GetDirectoryName(_runtime)).RunAsync();
        Assert.That(result.ExitCode, Is.EqualTo(RecordingRuntime.ExitStatus), result.ToString());

        var calls = await File.ReadAllLinesAsync(trace);
        var ours = calls.Skip(1).TakeWhile(call => !call.Contains($"execve(\"{_runtime}\"", StringComparison.Ordinal)).ToArray();
        Assert.That(ours, Has.Length.LessThan(calls.Length - 1), "no execve of the low-level runtime in the trace");
        return [.. ours.Select(static call => FirstText().Match(call).Groups[1].Value).Where(static path => path.Length > 0)];
    }

    // The first text among a call's arguments.
    [GeneratedRegex("^\\d+ +\\w+\\([^\"]*\"([^\"]*)\"")]
    private static partial Regex FirstText();

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _strace = Programs.Engine("strace");
        _runtime = await RecordingRuntime.BuildAsync(Machine.Directory.Combine("low-level"));
    }
}
