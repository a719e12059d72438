using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>
    /// Becomes another program; returns only on failure. The environment stays as it is, and SIGPIPE, which the runtime library ignores for
    /// itself, becomes again what it was (src/native/passthrough.c). https://man7.org/linux/man-pages/man3/exec.3.html
    /// </summary>
    internal static Errno Execute(string path, IReadOnlyList<byte[]> arguments)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Count + 1), (nuint)sizeof(byte*));
        var pins = new List<GCHandle>(arguments.Count);
        try
        {
            for (var i = 0; i < arguments.Count; i++)
            {
                pins.Add(GCHandle.Alloc(arguments[i], GCHandleType.Pinned));
                vector[i] = (byte*)pins[i].AddrOfPinnedObject();
            }

            fixed (byte* name = Path(path))
                _ = Execv(name, vector);
            return LinuxException.LastErrno();
        }
        finally
        {
            pins.ForEach(pin => pin.Free());
            NativeMemory.Free(vector);
        }
    }

    /// <summary>https://man7.org/linux/man-pages/man2/access.2.html</summary>
    internal static bool IsExecutable(string path)
    {
        const int executable = 1;
        fixed (byte* name = Path(path))
            return Access(name, executable) == 0;
    }

    [LibraryImport(Library, EntryPoint = "execv", SetLastError = true)]
    private static partial int Execv(byte* path, byte** arguments);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true)]
    private static partial int Access(byte* path, int mode);
}
