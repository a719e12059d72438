using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>log.path and log.level: one line a grant and a line a request that does not count, and never a container that fails for its log.</summary>
public sealed partial class LogRows : BundleFixture
{
    [Test]
    public async Task A_grant_is_one_line_with_the_container_the_source_and_what_it_got()
    {
        var log = NewLog();
        var id = await RunAsync(log, "information", "0,2");

        var line = (await File.ReadAllLinesAsync(log)).Single();

        Assert.That(line, Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z information \[\d+\] container "));
        Assert.That(line, Does.Match($@"container {id}: NVIDIA_VISIBLE_DEVICES gave 5 device nodes and \d+ mounts$"));
    }

    [Test]
    public async Task A_request_that_does_not_count_is_a_warning_that_names_the_key_to_change()
    {
        var log = NewLog();
        var id = await RunAsync(log, "information", "0", static json => json["acceptEnv"] = new JsonObject { ["unprivileged"] = false });

        Assert.That(await LinesAsync(log), Is.EqualTo((string[])
            [$"warning container {id}: NVIDIA_VISIBLE_DEVICES is ignored: acceptEnv.unprivileged is false."]));
    }

    [Test]
    public async Task An_annotation_that_does_not_count_is_a_warning_too()
    {
        var log = NewLog();
        var id = await RunAsync(log, "information", "0", static json => json["acceptAnnotations"] = false, annotation: "all");

        Assert.That(await LinesAsync(log), Is.EqualTo((string[])
        [
            $"warning container {id}: Annotation gpu-runtime.io/gpus is ignored: acceptAnnotations is false.",
            $"information container {id}: NVIDIA_VISIBLE_DEVICES gave N device nodes and N mounts",
        ]));
    }

    [TestCase("debug", "warning", "information")]
    [TestCase("information", "warning", "information")]
    [TestCase("warning", "warning")]
    [TestCase("error")]
    public async Task Only_lines_of_the_level_and_above_are_written(string level, params string[] written)
    {
        var log = NewLog();
        await RunAsync(log, level, "0", static json => json["acceptAnnotations"] = false, annotation: "all");

        Assert.That((await LinesAsync(log)).Select(static line => line.Split(' ')[0]), Is.EqualTo(written));
    }

    [Test]
    public async Task A_container_that_asks_for_nothing_leaves_no_line()
    {
        var log = NewLog();
        await RunAsync(log, "debug", "void");

        Assert.That(File.Exists(log), Is.False);
    }

    [Test]
    public async Task Containers_that_start_at_the_same_time_write_whole_lines()
    {
        var log = NewLog();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => RunAsync(log, "information", $"{index}")));

        Assert.That(await LinesAsync(log), Is.EquivalentTo(
            ids.Select(static id => $"information container {id}: NVIDIA_VISIBLE_DEVICES gave N device nodes and N mounts")));
    }

    [Test]
    public async Task A_variable_of_the_image_forges_no_line_and_no_colours()
    {
        var log = NewLog();
        var id = NewId();
        var options = BundleEngine.DefaultOptions with { Env = ["DOCKER_RESOURCE_GPU\n2026-01-01T00:00:00.000Z error \u001b[31mforged=1"] };
        var bundle = await CreateBundleAsync(id, null, options, "true");

        (await ShimAsync(bundle.Directory, id, log, "information", static json => json["acceptEnv"] = new JsonObject { ["unprivileged"] = false }))
            .EnsureSuccess();

        Assert.That((await File.ReadAllLinesAsync(log)).Single(), Does.Contain("warning").And.Contain("forged").And.Not.Contain("\u001b"));
    }

    [Test]
    public async Task Lines_are_added_to_a_log_that_is_there()
    {
        var log = NewLog();
        await File.WriteAllTextAsync(log, "kept\n");

        await RunAsync(log, "information", "0");
        await RunAsync(log, "information", "1");

        Assert.That(await File.ReadAllLinesAsync(log), Has.Length.EqualTo(3).And.ItemAt(0).EqualTo("kept"));
    }

    [TestCase("no such directory")]
    [TestCase("a directory")]
    [TestCase("a FIFO that nobody reads")]
    [TestCase("a full disk")]
    [TestCase("a symbolic link")]
    public async Task A_log_that_cannot_be_written_keeps_no_container_from_its_GPU(string place)
    {
        var path = await UnwritableAsync(place);
        var id = NewId();
        var node = HostNodes.OfGpus(Host, 0).Single();
        var bundle = await CreateBundleAsync(id, "0", command: [.. Probe.Open(node)]);

        var result = await ShimAsync(bundle.Directory, id, path, "information");

        Probe.AssertAllOpen(result.EnsureSuccess(), node);
        Assert.That(result.Error, Does.Contain(path).And.Contain("log.path"));
    }

    [Test]
    public async Task A_symbolic_link_in_the_logs_place_is_not_written_through()
    {
        var path = await UnwritableAsync("a symbolic link");
        await RunAsync(path, "information", "0");

        Assert.That(await File.ReadAllTextAsync(path + ".target"), Is.EqualTo("untouched"));
    }

    private string NewLog() => Machine.Directory.Combine($"{Guid.NewGuid():N}.log");

    private async Task<string> UnwritableAsync(string place)
    {
        var path = NewLog();
        switch (place)
        {
            case "no such directory":
                return Path.Combine(path, "log");
            case "a directory":
                Directory.CreateDirectory(path);
                return path;
            case "a FIFO that nobody reads":
                (await Command.Of("mkfifo", path).RunAsync()).EnsureSuccess();
                return path;
            case "a full disk":
                return "/dev/full";
            case "a symbolic link":
                await File.WriteAllTextAsync(path + ".target", "untouched");
                File.CreateSymbolicLink(path, path + ".target");
                return path;
            default:
                throw new ArgumentOutOfRangeException(nameof(place), place, "no such place");
        }
    }

    /// <returns>The container's id.</returns>
    private async Task<string> RunAsync(string log, string level, string devices, Action<JsonObject>? edit = null, string? annotation = null)
    {
        var id = NewId();
        var options = BundleEngine.DefaultOptions;
        if (annotation is not null)
            options = options with { Annotations = options.Annotations.Add("gpu-runtime.io/gpus", annotation) };
        var bundle = await CreateBundleAsync(id, devices, options, "true");
        (await ShimAsync(bundle.Directory, id, log, level, edit)).EnsureSuccess();
        return id;
    }

    private Task<CommandResult> ShimAsync(string bundle, string id, string log, string level, Action<JsonObject>? edit = null)
    {
        var configuration = Machine.WriteConfiguration($"{id}.json", json =>
        {
            json["log"] = new JsonObject { ["path"] = log, ["level"] = level };
            edit?.Invoke(json);
        });
        return Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle, id).WithEnvironment("GPU_RUNTIME_CONFIG", configuration).RunAsync();
    }

    // Without time and process, and with N for the counts.
    private static async Task<string[]> LinesAsync(string log) =>
        !File.Exists(log) ? [] : [.. (await File.ReadAllLinesAsync(log)).Select(static line => Counts().Replace(Beginning().Replace(line, "$1"), " N "))];

    [GeneratedRegex(@"^\S+Z (\w+) \[\d+\]")]
    private static partial Regex Beginning();

    [GeneratedRegex(@" \d+ (?=device|mounts)")]
    private static partial Regex Counts();
}
