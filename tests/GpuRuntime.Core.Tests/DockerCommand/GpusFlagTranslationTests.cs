using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.DockerCommand;

/// <summary>One value of --gpus: what docker's own flag says of it, and what goes beside.</summary>
public sealed class GpusFlagTranslationTests
{
    [TestCase("all")]
    [TestCase("2")]
    [TestCase("device=3")]
    [TestCase("device=GPU-8f2c1d70")]
    [TestCase("\"device=0,1\"")]
    [TestCase("\"device=0,1\",\"capabilities=utility,compute\"")]
    [TestCase("all,\"capabilities=compute,utility\"")]
    [TestCase("all,capabilities=utility")]
    public void What_docker_accepts_stays_as_it_is(string value) => Assert.That(DockerCommands.Flags(value), Is.EqualTo($"--gpus {value}"));

    [TestCase("device=0,1", "\"device=0,1\"")]
    [TestCase("device=0,1,2,3", "\"device=0,1,2,3\"")]
    [TestCase("0,1", "\"device=0,1\"")]
    [TestCase("device=0-3", "\"device=0,1,2,3\"")]
    [TestCase("device=0,0-1", "\"device=0,1\"")]
    [TestCase("device=0:1", "device=0:1")]
    [TestCase("device=0,capabilities=compute,utility", "\"device=0\",\"capabilities=compute,utility\"")]
    [TestCase("device=0,capabilities=compute,video", "\"device=0\",\"capabilities=compute,video\"")]
    [TestCase("all,capabilities=compute,utility,graphics,video,display", "all,\"capabilities=compute,utility,graphics,video,display\"")]
    [TestCase("count=2", "2")]
    [TestCase("count=all,capabilities=gpu", "all,capabilities=gpu")]
    [TestCase("capabilities=gpu", "1,capabilities=gpu")]
    [TestCase("driver=nvidia,count=1,capabilities=gpu", "1,driver=nvidia,capabilities=gpu")]
    [TestCase("driver=nvidia.cdi,device=0", "device=0,driver=nvidia.cdi")]
    [TestCase("none", "device=none")]
    [TestCase("count=0", "count=0")]
    [TestCase("mode=shared,device=0", "device=0")]
    public void A_loose_value_is_written_as_docker_wants_it(string value, string expected) =>
        Assert.That(DockerCommands.Flags(value), Is.EqualTo($"--gpus {expected}"));

    [TestCase("device=0,capabilities=utility,compute,memory:2GB", "\"device=0\",\"capabilities=utility,compute\"", "memory=2GB")]
    [TestCase("all,capabilities=compute,utility,graphics,video,display,memory:6GB", "all,\"capabilities=compute,utility,graphics,video,display\"", "memory=6GB")]
    [TestCase("device=0,memory=2GiB", "device=0", "memory=2GiB")]
    [TestCase("device=0,memory=2g", "device=0", "memory=2GiB")]
    [TestCase("device=0,memory=1536MiB", "device=0", "memory=1536MiB")]
    [TestCase("device=0,memory=1500m", "device=0", "memory=1500MiB")]
    [TestCase("device=0,memory=1500MB", "device=0", "memory=1500MB")]
    [TestCase("device=0,memory=1000001", "device=0", "memory=1000001")]
    [TestCase("device=0-1,compute=50%", "\"device=0,1\"", "compute=50%")]
    [TestCase("all,mode=exclusive", "all", "mode=exclusive")]
    public void A_limit_goes_into_an_annotation(string value, string gpus, string annotation)
    {
        Assert.That(DockerCommands.Flags(value), Is.EqualTo($"--gpus {gpus} --annotation gpu-runtime.io/{annotation}"));
        Assert.That(DockerCommands.Flags(value, knowsAnnotations: false), Is.EqualTo($"--gpus {gpus} --env GPU_RUNTIME_GPUS={value}"));
    }

    [Test]
    public void Each_limit_has_an_annotation_of_its_own() =>
        Assert.That(
            DockerCommands.Flags("device=0,memory=2GB,compute=50%,mode=exclusive"),
            Is.EqualTo("--gpus device=0 --annotation gpu-runtime.io/memory=2GB --annotation gpu-runtime.io/compute=50% --annotation gpu-runtime.io/mode=exclusive"));

    // device=void: another toolkit gives nothing then, instead of something that was not asked for.
    [TestCase("amd:0", "device=void")]
    [TestCase("device=amd:0,intel:0,memory=2GB", "device=void")]
    [TestCase("nvidia:all", "device=void")]
    [TestCase("amd.com/gpu=0", "device=void")]
    [TestCase("device=vendor.com/gpu=0,1", "device=void")]
    [TestCase("driver=amd,count=1", "device=void")]
    [TestCase("driver=intel,device=0,capabilities=compute,video", "\"device=void\",\"capabilities=compute,video\"")]
    [TestCase("driver=any,count=all", "device=void")]
    [TestCase("device=0000:3b:00.0", "device=void")]
    [TestCase("device=0x84CAFEAE17E7696", "device=void")]
    [TestCase("device=0-9999", "device=void")]
    [TestCase("all,capabilities=compute,ngx", "all")]
    [TestCase("device=0,capabilities=all", "device=0")]
    [TestCase("all,options=a=b", "all")]
    public void What_docker_has_no_words_for_goes_into_an_annotation_whole(string value, string gpus)
    {
        Assert.That(DockerCommands.Flags(value), Is.EqualTo($"--gpus {gpus} --annotation gpu-runtime.io/gpus={value}"));
        Assert.That(DockerCommands.Flags(value, knowsAnnotations: false), Is.EqualTo($"--gpus {gpus} --env GPU_RUNTIME_GPUS={value}"));
    }

    [Test]
    public void A_count_with_a_limit_leaves_to_gpu_runtime_which_GPUs_they_are() =>
        Assert.That(DockerCommands.Flags("2,memory=2GB"), Is.EqualTo("--gpus 2 --annotation gpu-runtime.io/gpus=2,memory=2GB"));

    [TestCase("")]
    [TestCase(" , ")]
    public void A_value_that_asks_for_nothing_is_dockers_to_refuse(string value) => Assert.That(DockerCommands.Flags(value), Is.EqualTo($"--gpus {value}"));

    [TestCase("device=0,count=2", "both a count and devices")]
    [TestCase("device=0,capabilities=utility,memory:lots", "as an amount of memory")]
    [TestCase("devices=0", "unknown key \"devices\"")]
    [TestCase("first", "\"first\" does not name a GPU")]
    [TestCase("\"device=0", "double quote that is not closed")]
    public void A_wrong_value_is_refused_with_the_grammars_own_sentence(string value, string expected)
    {
        var sentence = Refusal.Of(ErrorCode.RequestInvalid, () => DockerCommands.Flags(value));

        Assert.That(sentence, Does.StartWith("--gpus: ").And.Match(expected));
    }

    [TestCase("device=0,capabilities=utility,compute,memory:2GB")]
    [TestCase("2,memory=2GB")]
    [TestCase("device=amd:0,intel:0,memory=2GB")]
    [TestCase("device=0-3,compute=50%,mode=exclusive")]
    public void What_goes_into_the_environment_is_the_same_request(string value)
    {
        var variable = DockerCommands.Before24("gpu", "run", "--gpus", value, "image").Single(static argument => argument.StartsWith("GPU_RUNTIME_GPUS=", StringComparison.Ordinal));

        var (sent, asked) = (RequestGrammar.Parse(variable.Split('=', 2)[1], "")!, RequestGrammar.Parse(value, "")!);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.Selectors, Is.EqualTo(asked.Selectors));
            Assert.That(sent.MemoryLimitBytes, Is.EqualTo(asked.MemoryLimitBytes));
            Assert.That(sent.ComputePercent, Is.EqualTo(asked.ComputePercent));
            Assert.That(sent.Mode, Is.EqualTo(asked.Mode));
        }
    }
}
