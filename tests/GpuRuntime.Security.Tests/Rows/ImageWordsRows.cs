using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// What an image says of programs, libraries, driver roots, hooks and configurations, in variables, labels and files: it chooses nothing of the
/// host's (CVE-2026-53488 had a label reach a command line of the host).
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[TestFixture(HookVerb.Runtime)]
[Category("T15")]
public sealed class ImageWordsRows(HookVerb verb) : HookFixture(verb)
{
    private static readonly string[] Labels = ["org.opencontainers.image.title", "io.kubernetes.cri-o.HooksDir", "run.oci.handler", "com.nvidia.cuda.driver.root", "gpu-runtime.io/hooks", "gpu-runtime.io/host"];

    private string Evil => Machine.Directory.CreateSubdirectory("evil");

    // Names of variables of our own programs, of the vendors' and of the loader's.
    private string[] Variables =>
    [
        $"GPU_RUNTIME_CONFIG={Evil}/config.json", $"GPU_RUNTIME_BIN={Evil}", $"GPU_RUNTIME_HOOK={Evil}/hook", $"NVIDIA_DRIVER_ROOT={Evil}", $"NVIDIA_CTK_LIBCUDA_DIR={Evil}", $"DRIVER_ROOT={Evil}",
        $"NVIDIA_CONFIG_JSONS={Evil}/config.json", $"NVIDIA_LDCONFIG={Evil}/run", $"LD_LIBRARY_PATH={Evil}", $"LD_PRELOAD={Evil}/run", $"CUDA_INJECTION64_PATH={Evil}/run", $"CUDA_MPS_PIPE_DIRECTORY={Evil}",
        $"PATH={Evil}:/usr/bin:/bin", $"XDG_RUNTIME_DIR={Evil}", $"TMPDIR={Evil}", $"DOTNET_ROOT={Evil}", $"DOTNET_STARTUP_HOOKS={Evil}/run", $"HOME={Evil}",
    ];

    [Test]
    public async Task A_container_gets_what_it_gets_without_them()
    {
        var without = await MountsAsync(await CreateAsync(isHostile: false), Runtime());
        var with = await MountsAsync(await CreateAsync(isHostile: true), Runtime());

        Assert.That(without, Has.Some.Contains("libcuda"), "nothing was given");
        Assert.That(with, Is.EqualTo(without));
        Assert.That(Directory.GetFiles(Evil, "ran*"), Is.Empty, "a program of the image's choice ran");
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_believes_the_image_is_seen()
    {
        const string body = """
            named=$(sed -n 's/.*"NVIDIA_DRIVER_ROOT=\([^"]*\)".*/\1/p' "$bundle/config.json")
            [ -z "$named" ] || "$named/run"
            [ -z "$named" ] || sed -i "s#\"mounts\": \[#&{\"destination\":\"/tmp\",\"type\":\"bind\",\"source\":\"$named\",\"options\":[\"bind\"]},#" "$bundle/config.json"
            """;
        var runtime = Runc();
        var weak = runtime with { Program = WeakProgram.Runtime(Machine.Directory, body, runtime.Program) };

        var without = await MountsAsync(await CreateAsync(isHostile: false), weak);
        var with = await MountsAsync(await CreateAsync(isHostile: true), weak);

        Assert.That(with, Is.Not.EqualTo(without));
        Assert.That(Directory.GetFiles(Evil, "ran*"), Is.Not.Empty);
        File.Delete(Path.Combine(Evil, "ran"));
    }

    private async Task<TestHosts.Bundle> CreateAsync(bool isHostile)
    {
        RuntimeScript.Write(Path.Combine(Evil, "run"), $"#!/bin/sh\n: >{Evil}/ran\n");
        foreach (var name in (string[])["runc", "crun", "ldconfig", "nvidia-smi", "hook"])
            RuntimeScript.Write(Path.Combine(Evil, name), $"#!/bin/sh\n: >{Evil}/ran-{name}\n");
        await File.WriteAllTextAsync(Path.Combine(Evil, "config.json"), """{"host":{"root":"/nowhere"},"lowLevelRuntimes":["/nowhere"]}""");
        // Without what a container's own program would go by.
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "cut", "-d", " ", "-f", "4,5,6", "/proc/self/mountinfo") with
        {
            MountsDriver = true,
            Environment = isHostile ? [.. Variables] : [],
            Edit = spec => spec["annotations"] = isHostile ? new JsonObject(Labels.Select(label => KeyValuePair.Create(label, (JsonNode?)$"{Evil}/run"))) : new JsonObject(),
        });
        if (!isHostile)
            return bundle;
        foreach (var place in (string[])["etc/gpu-runtime/config.json", "etc/nvidia-container-runtime/config.toml", "usr/share/containers/oci/hooks.d/evil.json", "etc/cdi/evil.json"])
        {
            var path = Path.Combine(bundle.Directory, "rootfs", place);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(Path.Combine(Evil, "config.json"), path);
        }

        return bundle;
    }

    /// <returns>What is mounted where and how, with the bundle's own name left out.</returns>
    private static async Task<string[]> MountsAsync(TestHosts.Bundle bundle, Command runtime)
    {
        var result = await runtime.With("run", "--bundle", bundle.Directory, NewId()).RunAsync();
        return [.. result.EnsureSuccess().Lines.Select(line => line.Replace(Path.GetFileName(bundle.Directory), "BUNDLE", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
