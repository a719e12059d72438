using System.Collections.Immutable;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>What is read of each process of a container.</summary>
/// <param name="ReadsDrm">One of its GPUs tells by DRM.</param>
/// <param name="KfdIds">KFD's ids of its GPUs.</param>
internal sealed record SampledFiles(KernelFiles Proc, KernelFiles Sys, bool ReadsDrm, ImmutableArray<uint> KfdIds)
{
    /// <param name="isIdle">It has no DRM device open, as far as was seen.</param>
    public ProcessSample Read(int pid, bool isIdle)
    {
        var sample = new ProcessSample(pid, [], ImmutableDictionary<uint, long>.Empty);
        if (ReadsDrm && !isIdle)
        {
            try
            {
                sample = sample with { Clients = ProcessDrmClients.Of(Proc, pid) };
            }
            catch (LinuxException exception)
            {
                sample = sample with { DrmProblem = $"the open files of its processes cannot be read: {exception.Message}" };
            }
        }

        return KfdIds.IsEmpty ? sample : WithKfd(sample);
    }

    private ProcessSample WithKfd(ProcessSample sample)
    {
        foreach (var id in KfdIds)
        {
            var file = KfdProcess.MemoryFile(sample.Pid, id);
            try
            {
                // No file: it does not use KFD, or not this GPU.
                if (Sys.Read(file) is not { } text)
                    continue;
                sample = KfdProcess.ParseMemory(text) is { } bytes ? sample with { KfdBytes = sample.KfdBytes.SetItem(id, bytes) } : sample with { KfdProblem = $"{file} holds no amount" };
            }
            catch (LinuxException exception)
            {
                sample = sample with { KfdProblem = exception.Message };
            }
        }

        return sample;
    }
}
