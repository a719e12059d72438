using GpuRuntime.EndToEnd.Tests.Limits;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime check: how the running agent finds the GPUs. What the agent would write stands in its file.</summary>
public sealed class CheckHealthRows
{
    private const string Lost = """{"id":"nvidia:3","reasons":[{"code":"xid","seen":"XID 79, the GPU has fallen off the bus","cure":"Reboot the host"},{"code":"temperature","seen":"At or above its critical temperature: gpu (95 °C)","cure":"Look at fans"}]}""";

    [Test]
    public async Task Without_an_agent_nobody_judges_whatever_an_earlier_one_left()
    {
        await using var scene = AdminScene.Create();
        Write(scene, $$"""{"gpus":[{{Lost}}]}""");

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(OfHealth(findings), Is.EqualTo((string[])["health: nobody judges the GPUs, since gpu-runtime-agent is not running (systemctl enable --now gpu-runtime-agent)"]));
    }

    [Test]
    public async Task Each_reason_is_a_problem_with_its_cure_with_a_stand_in_for_the_agent()
    {
        await using var scene = AdminScene.Create();
        using var agent = AgentStandIn.Start(scene.Machine);
        Write(scene, $$"""{"gpus":[{"id":"nvidia:0","reasons":[]},{{Lost}}]}""");

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(OfHealth(findings), Is.EqualTo((string[])
        [
            "health nvidia:3: unhealthy (xid): XID 79, the GPU has fallen off the bus -> Reboot the host",
            "health nvidia:3: unhealthy (temperature): At or above its critical temperature: gpu (95 °C) -> Look at fans",
            "health: gpu-runtime-agent finds 1 of 2 GPUs healthy",
        ]));
    }

    [TestCase("{}", "gpu-runtime-agent runs, and has not judged the GPUs yet")]
    [TestCase("""{"gpus":[]}""", "gpu-runtime-agent runs, and finds no GPU")]
    [TestCase("""{"gpus":[{"id":"amd:0","reasons":[]}]}""", "gpu-runtime-agent finds 1 of 1 GPU healthy")]
    [TestCase("nonsense", "gpu-runtime-agent runs, and says nothing of the GPUs that can be read")]
    [TestCase(null, "gpu-runtime-agent runs, and says nothing of the GPUs that can be read")]
    public async Task What_is_no_problem_is_one_line_with_a_stand_in_for_the_agent(string? state, string line)
    {
        await using var scene = AdminScene.Create();
        using var agent = AgentStandIn.Start(scene.Machine);
        if (state is not null)
            Write(scene, state);

        var findings = await CheckCommandRows.CheckAsync(scene);

        Assert.That(CheckCommandRows.Problems(findings), Is.Empty);
        Assert.That(OfHealth(findings), Is.EqualTo((string[])[$"health: {line}"]));
    }

    [Test]
    public async Task Control_characters_do_not_reach_the_terminal_with_a_stand_in_for_the_agent()
    {
        await using var scene = AdminScene.Create();
        using var agent = AgentStandIn.Start(scene.Machine);
        Write(scene, """{"gpus":[{"id":"amd:0","reasons":[{"code":"xid","seen":"a\u001b[2Jb","cure":"c\nd"}]}]}""");

        Assert.That(OfHealth(await CheckCommandRows.CheckAsync(scene)), Is.EqualTo((string[])["health amd:0: unhealthy (xid): a?[2Jb -> c?d"]));
    }

    private static void Write(AdminScene scene, string state) => File.WriteAllText(Path.Combine(StateFiles.Directory(scene.Machine), "health"), state);

    private static string[] OfHealth(IEnumerable<CheckFinding> findings) =>
        [.. findings.Where(static finding => finding.Topic.StartsWith("health", StringComparison.Ordinal)).Select(static finding => finding.ToString())];
}
