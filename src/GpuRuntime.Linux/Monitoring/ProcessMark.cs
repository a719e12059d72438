using System.Globalization;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>
/// Tells a process from a later one with its number, for less than its start time costs: procfs gives the directory of each process an inode of its
/// own. It may give a process another one, which says nothing; it gives none twice.
/// </summary>
public readonly record struct ProcessMark(ulong Inode, long ModifiedNanoseconds)
{
    /// <returns><see langword="null"/> when there is no such process, or nothing marks it.</returns>
    public static ProcessMark? Of(KernelFiles proc, int pid)
    {
        if (proc.IsProcfs)
            return Libc.TryStat(proc.Root, string.Create(CultureInfo.InvariantCulture, $"{pid}"), Libc.AtStatxDontSync, out _) is { } directory ? new ProcessMark(directory.Inode, 0) : null;
        // In a tree that stands for procfs, a file that was written anew.
        return Libc.TryStat(proc.Root, string.Create(CultureInfo.InvariantCulture, $"{pid}/stat"), Libc.AtStatxDontSync, out _) is { IsSettled: true } file
            ? new ProcessMark(file.Inode, file.ModifiedNanoseconds)
            : null;
    }
}
