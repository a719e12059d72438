using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.DockerCommand;

/// <summary>Which --gpus is docker's, and that all else is handed on as it came.</summary>
public sealed class DockerRunArgumentTests
{
    private const string Loose = "device=0,1";
    private const string Translated = "\"device=0,1\"";

    [TestCase("--gpus", Loose, "image")]
    [TestCase("--rm", "--gpus", Loose, "image", "nvidia-smi")]
    [TestCase("-it", "--gpus", Loose, "image")]
    [TestCase("-d", "-P", "-q", "--gpus", Loose, "image")]
    [TestCase("-p", "80:80", "--gpus", Loose, "image")]
    [TestCase("-p80:80", "--gpus", Loose, "image")]
    [TestCase("-itp", "80:80", "--gpus", Loose, "image")]
    [TestCase("-itp80:80", "--gpus", Loose, "image")]
    [TestCase("-eA=--gpus", "--gpus", Loose, "image")]
    [TestCase("-u=1000:1000", "--gpus", Loose, "image")]
    [TestCase("-t=false", "--gpus", Loose, "image")]
    [TestCase("--name", "c", "-d", "--restart", "always", "--gpus", Loose, "image")]
    [TestCase("--rm=false", "--gpus", Loose, "image")]
    [TestCase("--read-only", "--cap-drop=ALL", "--security-opt", "no-new-privileges", "--gpus", Loose, "image")]
    [TestCase("--memory=4g", "--cpu-shares", "1024", "--pids-limit", "100", "--gpus", Loose, "image")]
    [TestCase("--tmpfs", "/tmp:rw,noexec", "-v", "/a:/b", "--gpus", Loose, "image")]
    [TestCase("--entrypoint", "", "--gpus", Loose, "image")]
    [TestCase("--gpus", Loose, "--", "image", "--gpus", "2,1")]
    [TestCase("--gpus", Loose, "image", "tool", "--gpus", "2,1")]
    [TestCase("--gpus", Loose, "--later-flag", "image", "tool")]
    [TestCase("--later-flag=x", "--gpus", Loose, "image")]
    public void The_flag_of_docker_run_alone_is_translated(params string[] arguments) =>
        Assert.That(DockerCommands.Today(["gpu", "run", .. arguments]), Is.EqualTo(Expected(arguments)));

    [TestCase("--gpus=device=0,1", "image")]
    [TestCase("--rm", "--gpus=device=0,1", "image", "--gpus=2,1")]
    public void The_value_may_hang_on_the_flag(params string[] arguments) =>
        Assert.That(DockerCommands.Today(["gpu", "run", .. arguments]).SkipWhile(static argument => argument != "--gpus").Take(3), Is.EqualTo((string[])["--gpus", Translated, "image"]));

    [TestCase("image", "tool", "--gpus", Loose)]
    [TestCase("--", "image", "--gpus", Loose)]
    [TestCase("--", "--gpus", Loose)]
    [TestCase("--env", "--gpus", Loose)]
    [TestCase("-e", "--gpus", Loose)]
    [TestCase("-ite", "--gpus", Loose)]
    [TestCase("--name", "--gpus", Loose, "image")]
    [TestCase("image", "sh", "-c", "--gpus device=0,1\nsecond line\n")]
    [TestCase("-", "--gpus", Loose)]
    [TestCase("", "--gpus", Loose)]
    [TestCase("--gpus")]
    [TestCase("--env")]
    [TestCase("--dry-run=maybe", "image")]
    [TestCase("--later-flag", "image", "tool")]
    [TestCase]
    public void Whatever_is_no_flag_of_docker_runs_is_left_alone(params string[] arguments) =>
        Assert.That(DockerCommands.Today(["gpu", "run", .. arguments]), Is.EqualTo((string[])["run", .. arguments]));

    [TestCase("--later-flag", "--gpus", Loose, "image")]
    [TestCase("--later-flag", "value", "--gpus=all", "image")]
    [TestCase("-itz", "image", "--dry-run")]
    public void An_unknown_flag_in_front_of_ours_is_refused_because_either_reading_could_be_wrong(params string[] arguments)
    {
        var sentence = Refusal.Of(ErrorCode.DockerArgumentsInvalid, () => DockerCommands.Today(["gpu", "run", .. arguments]));

        Assert.That(sentence, Does.Contain($"\"{arguments[0]}\"").And.Contain("=VALUE"));
    }

    [Test]
    public void Two_flags_that_docker_can_say_stay_two() =>
        Assert.That(
            DockerCommands.Today("gpu", "run", "--gpus", "device=0", "--gpus", "device=1-2", "image"),
            Is.EqualTo((string[])["run", "--gpus", "device=0", "--gpus", "\"device=1,2\"", "image"]));

    [Test]
    public void Two_flags_of_which_one_needs_more_are_refused() =>
        Assert.That(
            Refusal.Of(ErrorCode.DockerArgumentsInvalid, () => DockerCommands.Translation("gpu", "run", "--gpus", "device=0", "--gpus", "device=1,memory=2GB", "image")),
            Does.Contain("one --gpus"));

    [TestCase(true, "--annotation", "gpu-runtime.io/memory=1GB")]
    [TestCase(true, "--annotation=gpu-runtime.io/memory=1GB", "--rm")]
    [TestCase(false, "-e", "GPU_RUNTIME_GPUS=all")]
    [TestCase(false, "-eGPU_RUNTIME_GPUS", "--rm")]
    [TestCase(false, "--env=GPU_RUNTIME_GPUS=all", "--rm")]
    public void What_has_to_be_set_and_is_set_already_is_refused(bool knowsAnnotations, string first, string second)
    {
        var translation = DockerCommands.Translation("gpu", "run", first, second, "--gpus", "device=0,memory=2GB", "image");

        Assert.That(Refusal.Of(ErrorCode.DockerArgumentsInvalid, () => translation.For(knowsAnnotations)), Does.Contain("one of the two places"));
    }

    [Test]
    public void Variables_and_annotations_of_other_names_are_the_users() =>
        Assert.That(
            DockerCommands.Before24("gpu", "run", "-e", "NVIDIA_VISIBLE_DEVICES=all", "--gpus", "all,memory=2GB", "image"),
            Is.EqualTo((string[])["run", "-e", "NVIDIA_VISIBLE_DEVICES=all", "--gpus", "all", "--env", "GPU_RUNTIME_GPUS=all,memory=2GB", "image"]));

    [TestCase("--dry-run", "--gpus", "all", "image")]
    [TestCase("--gpus", "all", "--dry-run", "image")]
    public void A_dry_run_is_not_dockers_business(params string[] arguments)
    {
        Assert.That(DockerCommands.Translation(["gpu", "run", .. arguments]).IsDryRun, Is.True);
        Assert.That(DockerCommands.Today(["gpu", "run", .. arguments]), Is.EqualTo((string[])["run", "--gpus", "all", "image"]));
    }

    [TestCase("image", "tool", "--dry-run")]
    [TestCase("--name", "--dry-run", "image")]
    public void A_dry_run_of_the_container_is_the_containers(params string[] arguments)
    {
        Assert.That(DockerCommands.Translation(["gpu", "run", .. arguments]).IsDryRun, Is.False);
        Assert.That(DockerCommands.Today(["gpu", "run", .. arguments]), Is.EqualTo((string[])["run", .. arguments]));
    }

    [Test]
    public void Help_is_dockers_and_the_value_of_gpus_does_not_matter()
    {
        Assert.That(DockerCommands.Translation("gpu", "run", "--help", "--gpus", "nonsense!").AsksHelp, Is.True);
        Assert.That(DockerCommands.Today("gpu", "run", "--help", "--gpus", "nonsense!"), Is.EqualTo((string[])["run", "--help", "--gpus", "nonsense!"]));
    }

    [TestCase("all", false)]
    [TestCase("device=0-3,capabilities=utility", false)]
    [TestCase("all,memory=2GB", true)]
    [TestCase("amd:0", true)]
    public void The_daemon_is_asked_only_where_it_matters(string value, bool expected) =>
        Assert.That(DockerCommands.Translation("gpu", "run", "--gpus", value, "image").NeedsMore, Is.EqualTo(expected));

    private static string[] Expected(string[] arguments)
    {
        var expected = arguments.ToArray();
        expected[Array.IndexOf(expected, Loose)] = Translated;
        return ["run", .. expected];
    }
}
