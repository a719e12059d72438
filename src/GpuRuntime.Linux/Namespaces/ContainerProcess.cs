using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Namespaces;

/// <summary>
/// The first process of a created container, as its entry in the host's procfs, opened once: when the process ends the entry is empty, and
/// never another's with the same number.
/// </summary>
public sealed class ContainerProcess : IDisposable
{
    private const int LargestTable = 16 << 20;

    private readonly FileDescriptor _entry;
    private readonly FileDescriptor _mountNamespace;

    private ContainerProcess(int pid, FileDescriptor entry, FileDescriptor mountNamespace)
    {
        Pid = pid;
        _entry = entry;
        _mountNamespace = mountNamespace;
    }

    public int Pid { get; }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ContainerProcessMissing"/>.</exception>
    public static ContainerProcess Open(int pid)
    {
        // At the stage createContainer the pid is the container's own numbering while /proc is the machine's still: its 1 is the machine's.
        if (Libc.TryReadLink(Libc.AtFdCwd, "/proc/self") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            throw Missing($"/proc is not of the pid namespace that the hook runs in, so that process {pid} may be anybody's. The hook must run on the host (stage prestart or createRuntime).");
        var entry = Libc.TryOpenAt(Libc.AtFdCwd, $"/proc/{pid}", OpenFlags.Path | Libc.Directory, Resolve.None, out var errno) ?? throw Gone(pid, errno);
        var space = Libc.TryOpenAt(entry.Number, "ns/mnt", OpenFlags.ReadOnly, Resolve.None, out errno);
        if (space is null)
        {
            entry.Dispose();
            throw errno is Errno.NoEntry or Errno.NoProcess
                ? Gone(pid, errno)
                : Missing($"The mount namespace of process {pid} cannot be opened: {LinuxException.Of("open", $"/proc/{pid}/ns/mnt", errno).Message}.");
        }

        var process = new ContainerProcess(pid, entry, space);
        using var own = Libc.OpenAt(Libc.AtFdCwd, "/proc/self/ns/mnt", OpenFlags.ReadOnly, Resolve.None);
        if (!Libc.Stat(own).IsSameFile(Libc.Stat(space)))
            return process;
        process.Dispose();
        throw Missing($"Process {pid} has no mount namespace of its own: what it gets would be mounted on the host. The hook must run on the host (stage prestart or createRuntime), for a container with a mount namespace.");
    }

    /// <summary>A table of the process as text, such as <c>cgroup</c> or <c>mountinfo</c>.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ContainerProcessMissing"/>.</exception>
    internal string Read(string name)
    {
        using var file = Libc.TryOpenAt(_entry.Number, name, OpenFlags.ReadOnly, Resolve.Beneath, out var errno);
        if (file is null)
            throw Gone(Pid, errno);
        return FileContent.ReadAll(file, LargestTable, out _) is { } content
            ? Encoding.UTF8.GetString(content)
            : throw Missing($"/proc/{Pid}/{name} cannot be read; the process may have ended.");
    }

    /// <summary>
    /// Does something in the mount namespace of the process, on a thread of its own that ends with it: the calling thread stays where it is.
    /// What the action throws is thrown here.
    /// </summary>
    internal void Run(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Takes the calling thread there, for good.</summary>
    internal void Enter()
    {
        // A thread that shares its root and working directory with others cannot be taken to another mount namespace.
        Libc.Unshare(Libc.CloneFs);
        Libc.EnterNamespace(_mountNamespace, Libc.CloneNewMount);
    }

    public void Dispose()
    {
        _mountNamespace.Dispose();
        _entry.Dispose();
    }

    private static GpuRuntimeException Gone(int pid, Errno errno) =>
        Missing($"Process {pid} of the container is gone ({LinuxException.Of("open", $"/proc/{pid}", errno).Message}).");

    private static GpuRuntimeException Missing(string sentence) => new(ErrorCode.ContainerProcessMissing, sentence);
}
