using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Limits;

/// <summary>Limits of a cgroup on several GPUs: all of them, or none.</summary>
internal static class CgroupLimits
{
    // The largest page that the driver hands out: it may round a limit down to whole ones.
    private const ulong LargestPage = 2 << 20;

    /// <param name="cgroup">The full path of its directory.</param>
    /// <exception cref="GpuRuntimeException">A limit cannot be set; the sentence says so too where one that was set cannot be taken away.</exception>
    public static void Set(NvmlLibrary library, string cgroup, ImmutableArray<GpuLimit> limits)
    {
        // Everything is looked at first: most that can be wrong changes nothing then.
        ImmutableArray<Target> targets = [.. limits.Select(limit => new Target(Device(library, limit), limit))];
        var set = new Stack<Target>();
        try
        {
            foreach (var target in targets)
            {
                Set(target, cgroup);
                set.Push(target);
                Check(target, cgroup);
            }
        }
        catch (GpuRuntimeException exception) when (set.Count > 0)
        {
            var left = string.Concat(set.Select(target => TakeBack(target, cgroup)));
            if (left.Length == 0)
                throw;
            throw new GpuRuntimeException(exception.Code, exception.Message + left, exception);
        }
    }

    private static NvmlDevice Device(NvmlLibrary library, GpuLimit limit)
    {
        try
        {
            var device = library.Device(limit.Gpu);
            return device.IsInMigMode() != true
                ? device
                : throw new GpuRuntimeException(
                    ErrorCode.LimitUnavailable, $"The memory of GPU {limit.Gpu} cannot be limited for a container: it is in MIG mode. Give the container a MIG device that is small enough.");
        }
        catch (NvmlException exception)
        {
            throw Failed(limit, "cannot be found by the driver's library", exception);
        }
    }

    private static void Set(Target target, string cgroup)
    {
        try
        {
            // A soft limit would stay in the cgroups above when this one is deleted.
            target.Device.SetLimits(cgroup, 0, target.Limit.Bytes);
        }
        catch (NvmlException exception)
        {
            throw Failed(target.Limit, $"cannot be limited to {target.Limit.Bytes} bytes", exception);
        }
    }

    // A limit that is taken and does nothing looks like one that holds, until somebody allocates.
    private static void Check(Target target, string cgroup)
    {
        var limit = target.Limit;
        try
        {
            if (target.Device.Limits(cgroup) is not { } now)
                throw Unavailable(limit, $"a limit of {limit.Bytes} bytes was set, and the driver says that there is none");
            if (now.Soft != 0 || now.Hard > limit.Bytes || now.Hard == 0 || limit.Bytes - now.Hard >= LargestPage)
                throw Unavailable(limit, $"a limit of {limit.Bytes} bytes was set, and the driver says that it is {now.Hard} (soft limit {now.Soft})");
        }
        catch (NvmlException exception)
        {
            throw Failed(limit, $"was limited to {limit.Bytes} bytes, which cannot be read back", exception);
        }
    }

    private static string TakeBack(Target target, string cgroup)
    {
        try
        {
            target.Device.SetLimits(cgroup, 0, NvmlLimits.Unlimited);
            return "";
        }
        catch (NvmlException exception)
        {
            return $" The limit on GPU {target.Limit.Gpu} stays until the cgroup {cgroup} is deleted: {exception.Message}.";
        }
    }

    private static GpuRuntimeException Failed(GpuLimit limit, string what, NvmlException exception) =>
        new(exception.Status == NvmlStatus.NotSupported ? ErrorCode.LimitUnavailable : ErrorCode.HookFailed, $"GPU {limit.Gpu} {what}: {exception.Message}.", exception);

    private static GpuRuntimeException Unavailable(GpuLimit limit, string what) => new(ErrorCode.LimitUnavailable, $"The limit on GPU {limit.Gpu} does not hold: {what}. The kernel's or the driver's accounting is off (NVreg_RegistryDwords RmMemacctMode).");

    private sealed record Target(NvmlDevice Device, GpuLimit Limit);
}
