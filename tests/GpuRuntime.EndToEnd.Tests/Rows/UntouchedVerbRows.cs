using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Verbs that start no container: gpu-runtime looks at its configuration and for the low-level runtime, and at nothing else but, for a delete, the ledger.</summary>
public sealed partial class UntouchedVerbRows : BundleFixture
{
    private string _runtime = "";
    private string _strace = "";

    [Test]
    public async Task No_bundle_no_state_and_nothing_of_the_host_is_opened(
        [Values(
            "start ID", "state ID", "kill ID TERM", "delete ID", "delete --force ID", "exec ID true", "ps ID", "list", "pause ID", "resume ID",
            "events ID", "update ID", "checkpoint ID", "restore --bundle BUNDLE ID", "features", "spec --bundle BUNDLE", "no-such-verb --bundle BUNDLE",
            "create --help", "create")] string line,
        [Values] bool named)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", command: ["true"]);
        var arguments = line.Split(' ').Select(word => word switch { "BUNDLE" => bundle.Directory, "ID" => id, _ => word });

        var opened = await OpenedAsync(named, bundle.Directory, arguments);
        // A delete looks whether the container has an entry in the ledger, and at nothing else of it.
        if (line.StartsWith("delete", StringComparison.Ordinal))
            opened = [.. opened.Where(path => path != Machine.StateDirectory && path is not ("allocations" or "allocations/holders") && !path.StartsWith($"{id}.", StringComparison.Ordinal))];

        Assert.Multiple(() =>
        {
            Assert.That(opened, Is.Not.Empty);
            // The configuration is the host's own file beside its trees; a relative path would be one in the bundle, which is the working directory.
            string[] places = [bundle.Directory, Bundles.StateRoot, Host.DevRoot, Host.ProcRoot, Host.SysRoot, Host.DriverRoot, Machine.StateDirectory];
            foreach (var place in places)
                Assert.That(opened.Where(path => path == place || path.StartsWith(place + "/", StringComparison.Ordinal)), Is.Empty);
            Assert.That(opened.Where(static path => !path.StartsWith('/')), Is.Empty);
        });
    }

    [Test]
    public async Task A_create_does_open_its_bundle([Values] bool named)
    {
        var bundle = await CreateBundleAsync(NewId(), "all", command: ["true"]);

        var opened = await OpenedAsync(named, bundle.Directory, ["create", "--bundle", bundle.Directory, NewId()]);

        Assert.That(opened, Does.Contain(bundle.Directory).And.Contain("config.json"));
    }

    /// <summary>The paths that gpu-runtime gave to the kernel before it became the low-level runtime.</summary>
    private async Task<string[]> OpenedAsync(bool named, string workingDirectory, IEnumerable<string> arguments)
    {
        var configuration = Machine.WriteConfiguration($"named-{named}.json", json =>
        {
            json.Remove("lowLevelRuntimes");
            if (named)
                json["lowLevelRuntimes"] = new JsonArray(_runtime);
        });
        var trace = Machine.Directory.Combine($"trace-{Guid.NewGuid():N}");
        string[] options = ["-f", "-qq", "-s", "4096", "-e", "trace=%file", "-o", trace];
        var command = Command.Of(_strace, [.. options, Programs.GpuRuntime, "--root", Bundles.StateRoot, .. arguments]);
        var result = await (Bundles.Complete(command) with { WorkingDirectory = workingDirectory })
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration)
            .WithEnvironment(RecordingRuntime.Variable, Machine.Directory.Combine("record"))
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
