using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>The child goes on.</summary>
    internal const int StillRunning = -1;

    private const int StandardOutput = 1;
    private const int StandardError = 2;

    // posix_spawn_file_actions_t of glibc is opaque; its size on 64 bits is 80 bytes.
    private const int FileActionsSize = 80;

    /// <summary>
    /// Starts a program with its outputs in two files. What System.Diagnostics.Process costs, half a megabyte, is too much for one admin command.
    /// https://man7.org/linux/man-pages/man3/posix_spawn.3.html
    /// </summary>
    /// <returns>The child's pid.</returns>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    internal static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, FileDescriptor output, FileDescriptor errors)
    {
        var actions = stackalloc byte[FileActionsSize];
        using var argumentVector = new TextVector([.. arguments.Select(Path)]);
        using var environmentVector = new TextVector([.. environment.Select(Path)]);
        Check(FileActionsInit(actions), program);
        try
        {
            Check(FileActionsAddDup(actions, output.Number, StandardOutput), program);
            Check(FileActionsAddDup(actions, errors.Number, StandardError), program);
            int pid;
            fixed (byte* path = Path(program))
                Check(PosixSpawn(&pid, path, actions, null, argumentVector.Start, environmentVector.Start), program);
            return pid;
        }
        finally
        {
            _ = FileActionsDestroy(actions);
        }

        static void Check(int error, string program)
        {
            if (error != 0)
                throw LinuxException.Of("posix_spawn", program, (Errno)error);
        }
    }

    /// <summary>https://man7.org/linux/man-pages/man2/waitpid.2.html</summary>
    /// <returns>Exit status; 128 and the signal's number for a child that was killed; <see cref="StillRunning"/>.</returns>
    internal static int TryWait(int pid)
    {
        const int noHang = 1;
        const int killed = 128;
        int status;
        int result;
        do
            result = Waitpid(pid, &status, noHang);
        while (result < 0 && LinuxException.LastErrno() == Errno.Interrupted);
        if (result < 0)
            throw LinuxException.Last("waitpid", $"process {pid}");
        return result == 0 ? StillRunning : (status & 0x7f) == 0 ? (status >> 8) & 0xff : killed + (status & 0x7f);
    }

    /// <summary>Ends a child and takes its status. https://man7.org/linux/man-pages/man2/kill.2.html</summary>
    internal static void Kill(int pid)
    {
        const int sigkill = 9;
        _ = SendSignal(pid, sigkill);
        int status;
        _ = Waitpid(pid, &status, 0);
    }

    /// <summary>A file without a name. https://man7.org/linux/man-pages/man2/memfd_create.2.html</summary>
    internal static FileDescriptor MemoryFile(string name)
    {
        const uint closeOnExec = 1;
        int descriptor;
        fixed (byte* text = Path(name))
            descriptor = MemfdCreate(text, closeOnExec);
        return descriptor < 0 ? throw LinuxException.Last("memfd_create", name) : new FileDescriptor(descriptor);
    }

    [LibraryImport(Library, EntryPoint = "posix_spawn")]
    private static partial int PosixSpawn(int* pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int FileActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int FileActionsAddDup(byte* actions, int descriptor, int target);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int FileActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    private static partial int Waitpid(int pid, int* status, int options);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemfdCreate(byte* name, uint flags);
}
