using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>`gpu-runtime top` where no terminal is: in every format, of the host's own files.</summary>
public sealed class TopOnceRows : TopFixture
{
    [Test]
    public async Task The_tables_have_a_row_for_each_GPU_container_and_process_and_no_escape_sequences()
    {
        var result = (await Top("--once").RunAsync()).EnsureSuccess();

        Assert.That(result.Output, Does.Not.Contain("\e"));
        Assert.That(result.Output, Does.Match(@"^gpu-runtime top  \d\d:\d\d:\d\d  3 GPUs  1 container  2 processes  no agent\n"));
        Assert.That(result.Lines, Has.Some.Match(@"^amd:0 +AMD INSTINCT MI210 .* 37% .* 3G/64G +144/300W +51°C +1700MHz +ok$"));
        Assert.That(result.Lines, Has.Some.Match(@"^amd:1 +AMD INSTINCT MI210 .* 81% .* 48G/64G +251/300W +88°C +1900MHz +ok$"));
        Assert.That(result.Lines, Has.Some.Match($@"^{Container[..12]} .* docker +amd:1 .* 40G "));
        Assert.That(result.Lines, Has.Some.Match($@"\b{Trainer}\b.*trainer").And.Some.Match($@"\b{Monitor}\b.*monitor"));
        Assert.That(result.Error, Is.Empty);
    }

    [Test]
    public async Task A_pipe_gets_tables_without_being_asked_for_once()
    {
        var result = (await Top("--format", "table").RunAsync()).EnsureSuccess();

        Assert.That(result.Output, Does.Contain("amd:1").And.Not.Contain("\e"));
    }

    [Test]
    public async Task The_JSON_has_the_numbers_of_the_host_s_files()
    {
        var sample = JsonNode.Parse((await Top("--once", "--format", "json").RunAsync()).EnsureSuccess().Lines.Single())!;

        var gpu = sample["gpus"]![1]!;
        Assert.That(sample["gpus"]!.AsArray().Select(static gpu => (string?)gpu!["id"]), Is.EqualTo((string[])["amd:0", "amd:1", "intel:0"]));
        Assert.That(
            ((double)gpu["utilizationRatio"]!, (double)gpu["memoryActivityRatio"]!, (long)gpu["memory"]!["usedBytes"]!, (long)gpu["memory"]!["totalBytes"]!, (double)gpu["powerWatts"]!, (double)gpu["powerLimitWatts"]!),
            Is.EqualTo((0.81, 0.4, 48L << 30, 64L << 30, 251.0, 300.0)));
        Assert.That(Value(gpu, "temperatures", "sensor", "edge", "celsius"), Is.EqualTo(88));
        Assert.That(Value(gpu, "clocks", "domain", "graphics", "hertz"), Is.EqualTo(1.9e9));
        Assert.That(sample["gpus"]![2]!.AsObject().ContainsKey("powerWatts"), Is.False, "what is not known is no member");
        Assert.That(
            sample["processes"]!.AsArray().Select(static process => ((int)process!["pid"]!, (string?)process["name"], (string?)process["unit"], (long?)process["memoryBytes"], (string?)process["container"])),
            Is.EquivalentTo(((int, string?, string?, long?, string?)[])[(Trainer, "trainer", "amd:1", 40L << 30, Container), (Monitor, "monitor", "amd:0", 512L << 20, null)]));
    }

    [Test]
    public async Task The_table_with_commas_has_a_line_for_each_GPU_in_the_order_that_was_asked_for()
    {
        var lines = (await Top("--once", "--format", "csv", "--sort", "power").RunAsync()).EnsureSuccess().Lines;

        var columns = lines[0].Split(',');
        var rows = lines[1..].Select(line => columns.Zip(line.Split(',')).ToDictionary(static pair => pair.First, static pair => pair.Second)).ToArray();
        Assert.That(rows.Select(static row => row["gpu"]), Is.EqualTo((string[])["amd:1", "amd:0", "intel:0"]));
        Assert.That(
            (rows[1]["name"], rows[1]["utilization_ratio"], rows[1]["memory_used_bytes"], rows[1]["power_watts"], rows[1]["temperature_celsius"], rows[1]["clock_hertz"], rows[1]["healthy"]),
            Is.EqualTo(("AMD INSTINCT MI210", "0.37", $"{3L << 30}", "143.5", "51", "1700000000", "1")));
        Assert.That(rows[2]["power_watts"], Is.Empty);
    }

    [Test]
    public async Task The_table_of_containers_has_a_line_for_each_GPU_of_each()
    {
        var lines = (await Top("--once", "--format", "csv-containers").RunAsync()).EnsureSuccess().Lines;

        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[1].Split(',')[1..], Is.EqualTo((string[])[Container, "docker", "", "", "", "", "amd:1", "0", $"{40L << 30}", "", "", "", "", lines[1].Split(',')[14], lines[1].Split(',')[15], "1"]));
    }

    [Test]
    public async Task The_metrics_are_those_of_the_agent_s_page_and_have_the_other_exporter_s_names_only_where_those_are_configured()
    {
        var own = (await Top("--format", "prom").RunAsync()).EnsureSuccess().Output;
        var configuration = Machine.WriteConfiguration("compat.json", static config => config["agent"]!["compat"] = "dcgm");
        var both = (await Top("--format", "prom", "--config", configuration).RunAsync()).EnsureSuccess().Output;

        Assert.That(own.Split('\n'), Does.Contain("""gpu_runtime_memory_used_bytes{vendor="amd",gpu="amd:1"} 51539607552""").And.Contain("""gpu_runtime_utilization_ratio{vendor="amd",gpu="amd:1"} 0.81"""));
        Assert.That(own, Does.Not.Contain("DCGM_FI"));
        Assert.That(both, Does.Match("""(?m)^DCGM_FI_DEV_GPU_UTIL\{gpu="1",.*\} 81$""").And.Contain("gpu_runtime_utilization_ratio"));
    }

    [Test]
    public async Task A_filter_leaves_what_has_its_text()
    {
        var sample = JsonNode.Parse((await Top("--once", "--format", "json", "--filter", $"{Trainer}").RunAsync()).EnsureSuccess().Output)!;

        Assert.That(sample["gpus"]!.AsArray().Select(static gpu => (string?)gpu!["id"]), Is.EqualTo((string[])["amd:1"]));
        Assert.That(sample["processes"]!.AsArray().Select(static process => (int)process!["pid"]!), Is.EqualTo((int[])[Trainer]));
    }

    [TestCase("json")]
    [TestCase("csv")]
    public async Task Samples_go_on_until_nobody_reads_them_which_is_no_error(string format)
    {
        var status = Machine.Directory.Combine($"status-{format}");

        var result = await (Command.Of("/bin/sh", ["-c", """{ "$@"; echo $? >"$0"; } | head -n 9""", status, Programs.GpuRuntime, "top", "--format", format, "--interval", "0.1"]) with { Environment = Machine.Environment }).RunAsync();

        Assert.That((result.Lines.Length, result.Error), Is.EqualTo((9, "")));
        Assert.That(result.Lines.Select(Time).Where(static time => time.Length > 0).Distinct().Count(), Is.GreaterThan(1), "one sample after another");
        Assert.That(() => File.Exists(status) ? File.ReadAllText(status) : "", Is.EqualTo("0\n").After(20_000, 20));
    }

    [Test]
    public async Task Help_tells_options_and_keys()
    {
        var result = (await Top("--help").RunAsync()).EnsureSuccess();

        Assert.That(result.Output, Does.Contain("gpu-runtime top [options]").And.Contain("--agent ADDRESS").And.Contain("Keys of the live view:"));
    }

    private static string Time(string line) => line.StartsWith('{') ? (string?)JsonNode.Parse(line)!["time"] ?? "" : line.StartsWith("time,", StringComparison.Ordinal) ? "" : line.Split(',')[0];

    private static double? Value(JsonNode gpu, string list, string key, string name, string value) => (double?)gpu[list]!.AsArray().Single(item => (string?)item![key] == name)![value];
}
