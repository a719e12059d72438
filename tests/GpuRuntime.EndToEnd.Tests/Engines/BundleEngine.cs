using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>No engine: bundles of its own, given to an OCI runtime's command line.</summary>
internal sealed class BundleEngine(EngineSettings settings) : IContainerEngine
{
    /// <summary>A writable root, and the capability to make device nodes in it.</summary>
    public static BundleOptions DefaultOptions { get; } = new BundleOptions { ReadonlyRoot = false, Capabilities = ["CAP_MKNOD", "CAP_KILL"] };

    public string Log => "";

    public Task ImportAsync(TestImage image) => Task.CompletedTask;

    public async Task<CommandResult> RunAsync(ContainerRequest request)
    {
        var id = $"c{Guid.NewGuid():N}";
        var bundle = await CreateBundleAsync(id, request);
        return await Runtime(request.Runtime, "run", "--bundle", bundle.Directory, id).RunAsync();
    }

    /// <summary>A bundle with a copy of the image in it, since a runtime edits the files of a container's root.</summary>
    public async Task<Bundle> CreateBundleAsync(string id, ContainerRequest request, BundleOptions? options = null)
    {
        options = Completed(options ?? DefaultOptions, request);
        var directory = settings.Directory.CreateSubdirectory("bundles", id);
        (await Command.Of("cp", "-a", "--reflink=auto", request.Image.RootfsDirectory, Path.Combine(directory, "rootfs")).RunAsync()).EnsureSuccess();
        return Bundle.Create(directory, Path.Combine(directory, "rootfs"), options with
        {
            Args = request.Command,
            Env = [.. request.Environment.Select(static variable => $"{variable.Key}={variable.Value}"), .. options.Env],
            CgroupsPath = $"/{settings.CgroupName}/{id}",
        });
    }

    /// <summary>Where runc keeps the containers of these tests: for --root.</summary>
    public string StateRoot => settings.Directory.Combine("runc-root");

    /// <summary>The command with the fixture's environment and cgroup version.</summary>
    public Command Complete(Command command) => settings.Complete(command);

    public Command Runtime(string runtime, params ReadOnlySpan<string> arguments) =>
        Complete(Command.Of(settings.Runtimes[runtime], ["--root", StateRoot, .. arguments]));

    public async ValueTask DisposeAsync()
    {
        // runc's state is one directory a container; those of failed tests may still run.
        var bare = Programs.Engine("runc");
        foreach (var state in Directory.Exists(StateRoot) ? Directory.GetDirectories(StateRoot) : [])
            await Complete(Command.Of(bare, "--root", StateRoot, "delete", "--force", Path.GetFileName(state))).RunAsync();
        PrivateProcesses.KillAll(settings.Directory.FullPath);
        await Cgroups.RemoveAsync(settings.CgroupName);
    }

    // As from other engines: a user who is not root has no capabilities.
    private static BundleOptions Completed(BundleOptions options, ContainerRequest request)
    {
        if (request.User?.Split(':') is [var uid, var gid])
            options = options with { Uid = Number(uid), Gid = Number(gid), Capabilities = Number(uid) == 0 ? options.Capabilities : [] };
        if (request.Volumes.IsEmpty)
            return options;
        var edit = options.Edit;
        return options with
        {
            Edit = config =>
            {
                foreach (var (destination, source) in request.Volumes)
                    config["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = destination, ["type"] = "bind", ["source"] = source, ["options"] = new JsonArray("rbind") });
                edit?.Invoke(config);
            },
        };

        static uint Number(string text) => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
