using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Runtime;

/// <summary>Verbs that the shim writes into a specification as hooks of its own. They get the container's state on standard input.</summary>
internal static class HookCommands
{
    public const string MaskNvidiaParams = "mask-nvidia-params";
    private const int LargestState = 1 << 20;

    /// <summary>
    /// Tells the driver's user-space parts in the container, which read <c>/proc/driver/nvidia/params</c>, to leave device nodes alone.
    /// No mount of config.json can do that: runtimes refuse mounts inside <c>/proc</c>.
    /// </summary>
    public static int RunMaskNvidiaParams(Stream state)
    {
        var configuration = ConfigurationFile.Load(Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        using var host = new LinuxHostRoot(configuration);
        if (host.ReadText(HostTree.Proc, NvidiaDriver.ParamsFile) is not { } parameters)
            return 0;
        var (pid, bundle) = ReadState(state);
        using var directory = BundleDirectory.Open(bundle);
        var spec = OciSpec.Parse(directory.ReadSpec(), directory.SpecPath);
        var root = spec.RootPath is { } path && !path.StartsWith('/') ? $"{bundle}/{path}" : spec.RootPath ?? "/";
        ContainerMask.Apply(pid, root, NvidiaDriver.ParamsFile, Encoding.UTF8.GetBytes(DriverParams.Masked(parameters) + "\n"));
        return 0;
    }

    private static (int Pid, string Bundle) ReadState(Stream state)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[4096];
        for (int count; (count = state.Read(chunk)) > 0;)
        {
            buffer.Write(chunk, 0, count);
            if (buffer.Length > LargestState)
                throw Invalid();
        }

        var root = JsonTree.Parse(buffer.ToArray(), "The container's state").Root;
        return root["pid"]?.AsInteger() is > 0 and <= int.MaxValue and var pid && root["bundle"]?.AsText() is { Length: > 0 } bundle
            ? ((int)pid, bundle)
            : throw Invalid();
    }

    private static GpuRuntimeException Invalid() =>
        new(ErrorCode.HookFailed, "This verb is a hook of the shim's: it needs a container's state (pid and bundle) on standard input.");
}
