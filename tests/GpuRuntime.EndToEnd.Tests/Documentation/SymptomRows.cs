namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>What docs/troubleshooting.md says that a reader sees is what he sees: the command is typed, and fails so.</summary>
public sealed class SymptomRows
{
    // Releases of Docker say it in words of their own: one after | another.
    private static readonly (string Command, string Symptom)[] BeforeInstallation =
    [
        ("docker run --rm --gpus all IMAGE true", "could not select device driver \"\" with capabilities: [[gpu]]"),
        ("docker run --rm --runtime=gpu-runtime IMAGE true", "Unknown runtime specified gpu-runtime|unknown or invalid runtime name: gpu-runtime"),
    ];

    private static readonly (string Command, string Symptom)[] Afterwards =
    [
        ("docker run --rm --gpus device=0,1 IMAGE nvidia-smi", "cannot set both Count and DeviceIDs on device request"),
        ("docker run --rm --gpus device=0,memory:2GB IMAGE nvidia-smi", "for \"--gpus\" flag"),
        ("docker run --rm --gpus '\"device=9\"' IMAGE nvidia-smi", "GRT2002"),
        ("docker run --rm --runtime=gpu-runtime -e GPU_RUNTIME_GPUS=device=0 IMAGE true", "does not say of which vendor"),
        ("docker run --rm --gpus all -e 'NVIDIA_REQUIRE_CUDA=cuda>=99.0' IMAGE true", "GRT2006"),
        ("docker run --rm --runtime=gpu-runtime -e GPU_RUNTIME_GPUS=nvidia:0,memory=2GB IMAGE true", "GRT2007"),
        ("docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute IMAGE nvidia-smi", "\"nvidia-smi\": executable file not found"),
        ("docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=utility IMAGE dlopen-test libcuda.so.1", "libcuda.so.1: cannot open shared object file"),
        ("docker run --detach --runtime=gpu-runtime -e GPU_RUNTIME_GPUS=nvidia:1,mode=exclusive IMAGE; docker run --rm --gpus '\"device=1\"' IMAGE true", "GRT2009"),
    ];

    [Test]
    public async Task Each_symptom_is_what_a_reader_sees()
    {
        await using var scene = await Scene.StartOrIgnoreAsync("fresh docker");

        await AssertAllAsync(scene, BeforeInstallation);
        (await scene.RunAsync("make install && gpu-runtime configure docker && systemctl restart docker")).EnsureSuccess();
        await AssertAllAsync(scene, Afterwards);
    }

    [Test]
    public async Task A_CDI_device_that_no_specification_defines_is_told_as_the_page_says()
    {
        await using var scene = await Scene.StartOrIgnoreAsync("docker 26");
        (await scene.RunAsync("gpu-runtime configure docker --cdi && systemctl restart docker")).EnsureSuccess();

        await AssertAllAsync(scene, [("docker run --rm --device nvidia.com/gpu=0 IMAGE true", "unresolvable CDI devices")]);
    }

    private static async Task AssertAllAsync(Scene scene, (string Command, string Symptom)[] rows)
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/troubleshooting.md"));
        foreach (var (command, symptom) in rows)
        {
            var result = await scene.RunAsync(command.Replace("IMAGE", SceneImage.Reference, StringComparison.Ordinal));
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            Assert.That(symptom.Split('|').Any((result.Output + result.Error).Contains), Is.True, () => $"{symptom}\n{result}");
            foreach (var words in symptom.Split('|'))
                Assert.That(page, Does.Contain(words));
        }
    }
}
