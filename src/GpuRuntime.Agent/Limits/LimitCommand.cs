using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Loader;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Limits;

/// <summary>
/// The hook (createRuntime) that limits a created container's GPU memory: its cgroup is there, and its program does not run yet. The runtime does
/// not start the container when it fails.
/// </summary>
internal static class LimitCommand
{
    private const string CgroupRoot = "/sys/fs/cgroup";

    /// <exception cref="GpuRuntimeException">The container must not start; no limit of this call is left.</exception>
    public static void Run(LimitArguments arguments)
    {
        var state = ContainerState.Parse(HookInput.ReadState());
        // Keeps the pid from becoming another's, and is only to be had on the host.
        using var process = ContainerProcess.Open(state.Pid);
        using var cgroup = Cgroup(state.Pid);
        using var file = TrustedLibrary.Open(arguments.Library);
        foreach (var function in new[] { NvmlFunctions.SetMemoryLimitsName, NvmlFunctions.GetMemoryLimitsName })
        {
            if (!ElfSymbols.Exports(file.LoadPath, function))
                throw Unavailable($"The driver of {arguments.Library} cannot limit a container's memory: it has no {function}, which drivers have from version 615.");
        }

        try
        {
            using var library = NvmlLibrary.Open(file.LoadPath);
            CgroupLimits.Set(library, cgroup.Directory, arguments.Limits);
        }
        catch (NvmlException exception)
        {
            throw new GpuRuntimeException(ErrorCode.HookFailed, $"The container's GPU memory cannot be limited by {arguments.Library}: {exception.Message}.", exception);
        }
    }

    private static ContainerCgroup Cgroup(int pid)
    {
        var cgroup = ContainerCgroup.Of(pid)
            ?? throw new GpuRuntimeException(ErrorCode.ContainerProcessMissing, $"Process {pid} of the container is gone, or in no cgroup that is mounted on this host.");
        // The driver takes no other place. On a host of both versions the second one lies below the first one's directories.
        if (cgroup.IsVersion2 && cgroup.Directory.StartsWith($"{CgroupRoot}/", StringComparison.Ordinal) && File.Exists($"{CgroupRoot}/cgroup.controllers"))
            return cgroup;
        using (cgroup)
            throw Unavailable($"The driver limits a container's GPU memory only by cgroup version 2, mounted on {CgroupRoot}; this container's cgroup is {cgroup.Directory}. Boot with systemd.unified_cgroup_hierarchy=1.");
    }

    private static GpuRuntimeException Unavailable(string sentence) => new(ErrorCode.LimitUnavailable, sentence);
}
