using System.Globalization;
using GpuRuntime.EndToEnd.Tests.DockerPlugin;
using GpuRuntime.EndToEnd.Tests.Limits;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>
/// Every form of the guide, typed into a shell: by Docker's own runc with our hook, and by gpu-runtime as the daemon's default runtime. What plain
/// docker refuses runs through docker gpu.
/// </summary>
[TestFixture(RuntimeNames.Runc)]
[TestFixture(RuntimeNames.GpuRuntime)]
public sealed class UserGuideRows(string runtime) : DockerPluginFixture(EngineKind.DockerOnCgroupV1)
{
    private const string Image = "guide:local";
    private const string Service = "service:local";

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.Attached))]
    public async Task The_command_does_what_the_guide_says(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);

        var result = await InShellAsync(command.Refusal is null ? command.Line : command.PluginLine);

        AssertReport(command, result.EnsureSuccess());
    }

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.Refused))]
    public async Task What_plain_docker_refuses_it_refuses_still(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);

        var result = await InShellAsync(command.Line);

        Assert.That(result.ExitCode, Is.EqualTo(125), result.ToString());
        Assert.That(result.Error, Does.Contain(command.Refusal));
    }

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.Limited))]
    public async Task A_memory_limit_that_nothing_here_holds_is_refused_by_gpu_runtime_and_not_dropped(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);

        var result = await InShellAsync(command.PluginLine);

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Error, Does.Match("gpu-runtime(-hook)?: GRT2007: ").And.Contain($"{command.LimitMebibytes} MiB of nvidia:0").And.Contain("watchdog: gpu-runtime-agent is not running"));
        Assert.That(result.Output, Does.Not.Contain("GPU minor").And.Not.Contain("program"));
    }

    [TestCaseSource(typeof(GuideCommands), nameof(GuideCommands.Limited))]
    public async Task A_command_with_a_memory_limit_runs_within_it_with_a_stand_in_for_the_agent(GuideCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var agent = AgentStandIn.Start(Machine);

        var result = (await InShellAsync(command.PluginLine)).EnsureSuccess();

        AssertReport(command, result);
        var bytes = ((long)command.LimitMebibytes! << 20).ToString(CultureInfo.InvariantCulture);
        // A hook comes too late for variables: then the ledger alone tells it, until somebody needs the room.
        if (runtime == RuntimeNames.GpuRuntime && !command.Program.IsEmpty)
            Assert.That(result.Lines, Does.Contain($"GPU_RUNTIME_MEMORY_LIMIT={bytes}").And.Contain("GPU_RUNTIME_MEMORY_TIER=watchdog"));
        else if (runtime == RuntimeNames.Runc)
            Assert.That(Directory.GetFiles(StateFiles.Directory(Machine, "allocations"), "*.json").Select(File.ReadAllText), Has.Some.Contains($"\"memory\":{{\"limitBytes\":{bytes},\"enforcedBytes\":{bytes},\"tier\":\"watchdog\"}}"));
    }

    [Test]
    public async Task A_service_that_restarts_always_has_its_GPUs_each_time()
    {
        var command = GuideCommands.All.Single(static command => command.Number == 23);
        (await InShellAsync(command.Line)).EnsureSuccess();

        string[] logs = [];
        for (var attempt = 0; attempt < 300 && logs.Count(static line => line == "program serve") < 3; attempt++)
        {
            await Task.Delay(100);
            logs = (await Docker.DockerAsync("logs", "exporter")).EnsureSuccess().Lines;
        }
        var policy = (await Docker.DockerAsync("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", "exporter")).EnsureSuccess();
        (await Docker.DockerAsync("rm", "--force", "exporter")).EnsureSuccess();

        Assert.That(policy.Output.Trim(), Is.EqualTo("always"));
        // The third may still be at work.
        var complete = string.Join('\n', logs).Split("program serve").Skip(1).Take(2).Select(static run => new GuideReport(run.Split('\n'))).ToArray();
        Assert.That(complete, Has.Length.EqualTo(2));
        foreach (var run in complete)
            Assert.That(run.Opened, Is.SupersetOf(HostNodes.OfGpus(Host, command.Gpus)));
    }

    [Test]
    public async Task A_service_that_asks_for_no_GPU_has_none()
    {
        (await InShellAsync(GuideCommands.All.Single(static command => command.Number == 24).Line)).EnsureSuccess();
        (await Docker.DockerAsync("wait", "dashboards")).EnsureSuccess();

        var report = new GuideReport((await Docker.DockerAsync("logs", "dashboards")).EnsureSuccess().Lines);

        Assert.That(report.Program, Is.EqualTo((string[])["serve"]));
        Assert.That(report.Opened, Is.Empty);
    }

    private protected override EngineSettings Configure(EngineSettings settings) =>
        base.Configure(settings) with { DaemonArguments = ["--default-runtime", runtime] };

    private protected override async Task PrepareAsync()
    {
        StateFiles.ReportMemory((NvidiaMachine)Machine, 80L << 30);
        var image = await ImportedAsync(GuideImage.Create(Machine.Directory));
        (await Docker.DockerAsync("tag", image.Reference, Image)).EnsureSuccess();
        await GuideImage.CommitAsync(Docker, image, Service, "ENTRYPOINT [\"serve\"]");
        foreach (var volume in GuideImage.Volumes)
            await File.WriteAllTextAsync(Path.Combine(Machine.Directory.CreateSubdirectory("work", volume), "from-the-host"), "");
    }

    // Word for word; only the image's name is another.
    private Task<CommandResult> InShellAsync(string line) => (AsUser(
        "sh", "-c", line.Replace("IMAGE", Image, StringComparison.Ordinal).Replace("SERVICE", Service, StringComparison.Ordinal)) with
    {
        WorkingDirectory = Machine.Directory.Combine("work"),
    }).RunAsync();

    private void AssertReport(GuideCommand command, CommandResult result)
    {
        var report = new GuideReport(result.Lines);
        var minors = command.Gpus.Select(index => Host.Gpus[index].Minor.ToString(CultureInfo.InvariantCulture));
        Assert.Multiple(() =>
        {
            Assert.That(report.Program, Is.EqualTo(command.Program), "program");
            Assert.That(report.Lines, Is.SupersetOf(command.Finds), "findings");
            // The program of the driver's comes with the capability utility, which only one of the forms leaves out.
            if (command.Number != 15)
                Assert.That(report.OfNvidiaSmi, Is.EquivalentTo(minors), "nvidia-smi");
            if (!command.Program.IsEmpty)
                Assert.That(report.Opened, Is.EquivalentTo(command.Gpus.IsEmpty ? [] : HostNodes.OfGpus(Host, command.Gpus).Concat(HostNodes.ForCompute)), "nodes");
        });
    }
}
