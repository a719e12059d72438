using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>The child goes on.</summary>
    internal const int StillRunning = -1;

    private const int StandardInput = 0;
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
    internal static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, FileDescriptor output, FileDescriptor errors, FileDescriptor? input = null)
    {
        var actions = stackalloc byte[FileActionsSize];
        using var argumentVector = new TextVector([.. arguments.Select(Path)]);
        using var environmentVector = new TextVector([.. environment.Select(Path)]);
        Check(FileActionsInit(actions), program);
        try
        {
            if (input is not null)
                Check(FileActionsAddDup(actions, input.Number, StandardInput), program);
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

    /// <summary>
    /// Starts a program with this process's descriptors and environment. SIGPIPE, which the runtime library ignores for itself, is what it is by default.
    /// </summary>
    /// <param name="arguments">Texts that end with NUL, the program's name first.</param>
    /// <returns>The child's pid.</returns>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    internal static int SpawnAsSelf(string program, IReadOnlyList<byte[]> arguments)
    {
        // posix_spawnattr_t and sigset_t of glibc are opaque; their sizes on 64 bits are 336 and 128 bytes.
        const int attributesSize = 336;
        const int signalSetSize = 128;
        const int setDefaultSignals = 4;
        const int brokenPipe = 13;
        const int largestEnvironment = 8 << 20;
        var attributes = stackalloc byte[attributesSize];
        var signals = stackalloc byte[signalSetSize];
        using var argumentVector = new TextVector(arguments);
        using var environmentVector = new TextVector(TextsOf("/proc/self/environ", largestEnvironment));
        _ = SpawnAttributesInit(attributes);
        new Span<byte>(signals, signalSetSize).Clear();
        signals[(brokenPipe - 1) / 8] = 1 << ((brokenPipe - 1) % 8);
        _ = SpawnAttributesSetSignals(attributes, signals);
        _ = SpawnAttributesSetFlags(attributes, setDefaultSignals);
        int pid, error;
        fixed (byte* path = Path(program))
            error = PosixSpawn(&pid, path, null, attributes, argumentVector.Start, environmentVector.Start);
        _ = SpawnAttributesDestroy(attributes);
        return error == 0 ? pid : throw LinuxException.Of("posix_spawn", program, (Errno)error);
    }

    /// <summary>Waits for a child's end. https://man7.org/linux/man-pages/man2/waitpid.2.html</summary>
    /// <returns>As <see cref="TryWait"/>.</returns>
    internal static int Wait(int pid)
    {
        int status;
        while (Waitpid(pid, &status, 0) < 0)
        {
            if (LinuxException.LastErrno() is not Errno.Interrupted and var errno)
                throw LinuxException.Of("waitpid", $"process {pid}", errno);
        }

        return ExitStatus(status);
    }

    /// <summary>The NUL-terminated texts of a file of procfs, each with its NUL.</summary>
    internal static List<byte[]> TextsOf(string path, int largest)
    {
        using var file = OpenAt(AtFdCwd, path, OpenFlags.ReadOnly, Resolve.None);
        var bytes = Paths.FileContent.ReadAll(file, largest, out _) ?? throw LinuxException.Last("read", path);
        var texts = new List<byte[]>();
        for (var rest = bytes.AsSpan(); rest.IndexOf((byte)0) is var end and >= 0; rest = rest[(end + 1)..])
            texts.Add(rest[..(end + 1)].ToArray());
        return texts;
    }

    private static int ExitStatus(int status)
    {
        const int killed = 128;
        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : killed + (status & 0x7f);
    }

    /// <summary>https://man7.org/linux/man-pages/man2/waitpid.2.html</summary>
    /// <returns>Exit status; 128 and the signal's number for a child that was killed; <see cref="StillRunning"/>.</returns>
    internal static int TryWait(int pid)
    {
        const int noHang = 1;
        int status;
        int result;
        do
            result = Waitpid(pid, &status, noHang);
        while (result < 0 && LinuxException.LastErrno() == Errno.Interrupted);
        if (result < 0)
            throw LinuxException.Last("waitpid", $"process {pid}");
        return result == 0 ? StillRunning : ExitStatus(status);
    }

    /// <summary>Ends a child and takes its status. https://man7.org/linux/man-pages/man2/kill.2.html</summary>
    internal static void Kill(int pid)
    {
        const int sigkill = 9;
        _ = SendSignal(pid, sigkill);
        int status;
        _ = Waitpid(pid, &status, 0);
    }

    /// <summary>What is read or written next is at the beginning. https://man7.org/linux/man-pages/man2/lseek.2.html</summary>
    internal static void Rewind(FileDescriptor file)
    {
        if (Lseek(file.Number, 0, 0) != 0)
            throw LinuxException.Last("lseek", "an open file");
    }

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    private static partial long Lseek(int file, long offset, int whence);

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

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int SpawnAttributesInit(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SpawnAttributesSetSignals(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SpawnAttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int SpawnAttributesDestroy(byte* attributes);

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
