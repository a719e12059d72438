using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Benchmarks;

/// <summary>`make bench`: that it measures what it says, not what came out.</summary>
public sealed class BenchmarkRows
{
    private static readonly string[] OfMachine = ["cpu", "cpus", "memoryBytes", "architecture", "kernel", "distribution", "virtualization", "container"];

    private static readonly string[] OfCreate = ["cycle", "create", "ledger-one", "ledger-full", "discovery", "memory", "executables", "podman"];

    private static string[] Kept => Directory.Exists(Directories) ? Directory.GetFiles(Directories, "*.json") : [];

    private static string Directories => Path.Combine(Repository.Root, "docs/benchmarks");

    [Test]
    public async Task Every_table_is_printed_and_kept_with_a_stand_in_for_a_vendor_s_runtime()
    {
        await using var directory = TestDirectory.Create();
        var programs = directory.CreateSubdirectory("bin");
        var (peer, output) = (Path.Combine(programs, "nvidia-container-runtime"), directory.Combine("benchmark.json"));
        await File.WriteAllTextAsync(peer, "#!/bin/sh\nexec runc \"$@\"\n");
        File.SetUnixFileMode(peer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var bench = Command.Of(Path.Combine(Repository.Root, "tests/bench/run.sh")) with { Limit = TimeSpan.FromMinutes(8) };

        var result = (await bench
            .WithEnvironment("PATH", $"{programs}:{Environment.GetEnvironmentVariable("PATH")}")
            .WithEnvironment("BENCH_ROUNDS", "2").WithEnvironment("BENCH_RUNS", "1").WithEnvironment("BENCH_SECONDS", "1").WithEnvironment("BENCH_CONTAINERS", "10")
            .WithEnvironment("BENCH_OUTPUT", output).RunAsync()).EnsureSuccess();

        var kept = JsonNode.Parse(await File.ReadAllTextAsync(output))!;
        AssertWhole(kept);
        Assert.That(Tables(kept).Select(static table => (string?)table["name"]), Is.EqualTo((string[])[.. OfCreate, "peer-nvidia-container-runtime", "agent"]));
        foreach (var row in Tables(kept).SelectMany(static table => table["rows"]!.AsArray()))
            Assert.That(result.Lines, Has.Some.StartsWith((string)row!["label"]!));
        Assert.That(result.Output, Does.Contain("amd-container-runtime is not on PATH"));
    }

    [TestCaseSource(nameof(Kept))]
    public async Task What_is_kept_says_on_what_it_was_measured(string path)
    {
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(path))!;

        AssertWhole(kept);
        Assert.That(Tables(kept).Select(static table => (string?)table["name"]), Is.SupersetOf(OfCreate).And.Contain("agent"));
    }

    private static IEnumerable<JsonNode> Tables(JsonNode kept) => kept["tables"]!.AsArray().Select(static table => table!);

    private static void AssertWhole(JsonNode kept)
    {
        Assert.That(kept["machine"]!.AsObject().Select(static member => member.Key), Is.EqualTo(OfMachine));
        Assert.That(((string)kept["gpuRuntime"]!["version"]!, (string)kept["programs"]!["runc"]!, (string)kept["machine"]!["cpu"]!), Is.Not.EqualTo(("", "", "")));
        foreach (var table in Tables(kept))
        {
            Assert.That(table["rows"]!.AsArray(), Is.Not.Empty, (string?)table["name"]);
            foreach (var row in table["rows"]!.AsArray())
                Assert.That(row!.AsObject().Where(static member => member.Key is not ("label" or "budget")).Select(static member => (double)member.Value!), Is.Not.Empty.And.All.GreaterThanOrEqualTo(0), row.ToJsonString());
        }
    }
}
