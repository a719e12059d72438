using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>Containers with limits, made by runc: created and not started, so that they hold what they got.</summary>
public abstract class LimitFixture(EngineKind kind) : BundleFixture(kind)
{
    private protected const long Mebibyte = 1 << 20;

    /// <summary>What nvidia-smi has told, as `gpu-runtime devices --refresh` keeps it.</summary>
    private protected static void Report(TestMachine machine, params string[] lines)
    {
        Directory.CreateDirectory(machine.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllLines(Path.Combine(machine.StateDirectory, "nvidia-gpus"), lines);
    }

    /// <summary>Creates a container that asks for GPUs.</summary>
    private protected async Task<LimitedContainer> CreateAsync(TestMachine machine, string gpus, Action<JsonObject>? edit = null, string? config = null)
    {
        var id = NewId();
        var request = ContainerRequest.Of(Busybox, "sleep", "60").With("GPU_RUNTIME_GPUS", gpus);
        var bundle = await Bundles.CreateBundleAsync(id, request, BundleEngine.DefaultOptions with { Edit = edit });
        var before = await File.ReadAllTextAsync(bundle.ConfigPath);
        var result = await Shim("--root", Bundles.StateRoot, "create", "--bundle", bundle.Directory, id)
            .WithEnvironment(machine.Environment).WithEnvironment("GPU_RUNTIME_CONFIG", config ?? machine.ConfigPath).RunAsync();
        if (result.ExitCode != 0)
            Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(before), "a create that fails leaves config.json as it was");
        return new LimitedContainer(id, bundle, result);
    }

    private protected async Task DeleteAsync(TestMachine machine, LimitedContainer container) =>
        (await Shim("--root", Bundles.StateRoot, "delete", "--force", container.Id).WithEnvironment(machine.Environment).RunAsync()).EnsureSuccess();
}
