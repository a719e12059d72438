using System.Globalization;
using GpuRuntime.Core.Monitoring.Intel;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Monitoring;

/// <summary>Asks i915 and xe for a GPU's memory, which no file of theirs tells, on the GPU's render node.</summary>
public static class DrmMemoryQuery
{
    // Ten tiles' regions; an answer that is longer is no answer of these drivers.
    private const int MostBytes = 1024;

    /// <summary>
    /// Opens the node for as long as the question takes: whoever holds it open is a client of the GPU.
    /// </summary>
    /// <param name="dev">Where device nodes are: <c>/dev</c>, or that of a simulated host.</param>
    /// <param name="renderMinor">The minor of the GPU's render node.</param>
    /// <param name="driver"><c>i915</c> or <c>xe</c>.</param>
    /// <param name="problem">Why there is no answer, as a sentence without its end; <see langword="null"/> where the host has no such node.</param>
    /// <returns><see langword="null"/> where there is no answer, or the GPU has no memory of its own.</returns>
    public static DeviceMemory? Ask(string dev, int renderMinor, string driver, out string? problem)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{dev.TrimEnd('/')}/dri/renderD{renderMinor}");
        using var node = Open(dev, renderMinor, path, out problem);
        if (node is null)
            return null;
        var length = Query(node, driver, [], out var errno);
        if (length is > 0 and <= MostBytes)
        {
            Span<byte> answer = stackalloc byte[length];
            length = Query(node, driver, answer, out errno);
            if (length == answer.Length)
                return driver == "xe" ? DeviceMemory.OfXe(answer) : DeviceMemory.OfI915(answer);
        }

        if (errno != Errno.None)
            problem = LinuxException.Of("ioctl", path, errno).Message;
        return null;
    }

    private static int Query(FileDescriptor node, string driver, Span<byte> answer, out Errno errno)
    {
        if (driver == "xe")
            return Libc.QueryXeMemory(node, answer, out errno);
        return Libc.QueryI915Memory(node, answer, out errno);
    }

    // What it is gets looked at before it is opened: opening a device can do things.
    private static FileDescriptor? Open(string dev, int renderMinor, string path, out string? problem)
    {
        problem = null;
        using var directory = Libc.TryOpenAt(Libc.AtFdCwd, dev, OpenFlags.Path | Libc.Directory, Resolve.None, out var errno);
        using var place = directory is null
            ? null
            : Libc.TryOpenAt(directory.Number, string.Create(CultureInfo.InvariantCulture, $"dri/renderD{renderMinor}"), OpenFlags.Path, Resolve.InRoot | Resolve.NoMagicLinks, out errno);
        if (place is null)
        {
            problem = errno == Errno.NoEntry ? null : LinuxException.Of("open", path, errno).Message;
            return null;
        }

        if (Libc.Stat(place) is not { Type: FileType.Character, NodeMajor: Libc.DrmMajor } status || status.NodeMinor != renderMinor)
        {
            problem = $"{path} is not the node of a GPU";
            return null;
        }

        var node = Libc.TryOpenAt(Libc.AtFdCwd, place.ProcPath, OpenFlags.ReadWrite | OpenFlags.NonBlock, Resolve.None, out errno);
        // A node that no driver is behind, as on a simulated host.
        if (node is null && errno is not (Errno.NoDeviceOrAddress or Errno.NoDevice))
            problem = LinuxException.Of("open", path, errno).Message;
        return node;
    }
}
