using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Runtime;

/// <summary>
/// Verbs that the shim writes into a specification as hooks of its own. They get the container's state on standard input and everything else
/// by arguments: no configuration is read and no bundle opened a second time.
/// </summary>
internal static class HookCommands
{
    public const string MaskNvidiaParams = DriverParams.MaskVerb;

    /// <summary>
    /// Tells the driver's user-space parts in the container, which read <c>/proc/driver/nvidia/params</c>, to leave device nodes alone.
    /// No mount of config.json can do that: runtimes refuse mounts inside <c>/proc</c>.
    /// </summary>
    /// <param name="arguments">The verb, the host's params file, the container's root.</param>
    public static int RunMaskNvidiaParams(string[] arguments)
    {
        if (arguments is not [_, var paramsFile, var root])
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"{MaskNvidiaParams} is a hook that gpu-runtime writes into config.json itself; it takes the host's params file and the container's root.");
        if (HookInput.ReadFile(paramsFile) is not { } parameters)
            return 0;
        var masked = DriverParams.Masked(Encoding.UTF8.GetString(parameters).TrimEnd('\0'));
        ContainerMask.Apply(ContainerState.Parse(HookInput.ReadState()).Pid, root, NvidiaDriver.ParamsFile, Encoding.UTF8.GetBytes(masked));
        return 0;
    }
}
