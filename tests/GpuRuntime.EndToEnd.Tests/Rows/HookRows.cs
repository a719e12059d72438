using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Hooks that are in the spec already: Docker's own for GPUs goes, everybody else's stays and runs.</summary>
public sealed class HookRows : BundleFixture
{
    [Test]
    public async Task Only_Dockers_GPU_hook_is_removed()
    {
        var gpuHookRan = Machine.Directory.Combine("gpu-hook-ran");
        var ownHookRan = Machine.Directory.Combine("own-hook-ran");
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "0", BundleEngine.DefaultOptions with
        {
            Hooks = new JsonObject
            {
                ["prestart"] = new JsonArray(
                    Hook("nvidia-container-runtime-hook", gpuHookRan, "prestart"),
                    Hook("own-hook", ownHookRan)),
            },
        }, [.. Probe.ListNodes]);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 0), .. HostNodes.ForCompute]));
            Assert.That(File.Exists(gpuHookRan), Is.False, "Docker's hook ran as well");
            Assert.That(File.Exists(ownHookRan), Is.True, "another hook was lost");
        });
    }

    [Test]
    public async Task Every_hook_that_is_added_has_an_environment_of_its_own()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "all", BundleEngine.DefaultOptions with { Env = ["NVIDIA_DRIVER_CAPABILITIES=all"] }, "true");

        (await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        // A hook without one inherits the container's: CVE-2025-23266.
        var stages = bundle.ReadConfig()["hooks"]?.AsObject() ?? [];
        Assert.That(stages.Select(static stage => stage.Key), Is.SubsetOf((string[])["prestart", "createRuntime", "poststart", "poststop"]));
        foreach (var hook in stages.SelectMany(static stage => stage.Value!.AsArray()))
            Assert.That(hook!["env"]?.AsArray().Count ?? 0, Is.Positive, hook.ToJsonString());
    }

    private JsonObject Hook(string name, string touched, params string[] arguments)
    {
        var path = Machine.Directory.Combine(name);
        File.WriteAllText(path, $"#!/bin/sh\n: >{touched}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new JsonObject { ["path"] = path, ["args"] = new JsonArray([name, .. arguments.Select(static argument => (JsonNode)argument)]) };
    }
}
