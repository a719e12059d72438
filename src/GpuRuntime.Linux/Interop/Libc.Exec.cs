using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    /// <summary>
    /// Becomes another program; returns only on failure. The environment stays as it is, and SIGPIPE, which the runtime library ignores for
    /// itself, becomes again what it was (src/native/passthrough/main.c). https://man7.org/linux/man-pages/man3/exec.3.html
    /// </summary>
    internal static Errno Execute(string path, IReadOnlyList<byte[]> arguments)
    {
        using var vector = new TextVector(arguments);
        fixed (byte* name = Path(path))
            _ = Execv(name, vector.Start);
        return LinuxException.LastErrno();
    }

    /// <summary>https://man7.org/linux/man-pages/man2/access.2.html</summary>
    internal static bool IsExecutable(string path)
    {
        const int executable = 1;
        fixed (byte* name = Path(path))
            return Access(name, executable) == 0;
    }

    /// <summary>A vector of pointers to NUL-terminated texts, with NULL behind the last.</summary>
    private sealed class TextVector : IDisposable
    {
        private readonly List<GCHandle> _pins;

        public TextVector(IReadOnlyList<byte[]> texts)
        {
            _pins = new List<GCHandle>(texts.Count);
            Start = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < texts.Count; i++)
            {
                _pins.Add(GCHandle.Alloc(texts[i], GCHandleType.Pinned));
                Start[i] = (byte*)_pins[i].AddrOfPinnedObject();
            }
        }

        public byte** Start { get; }

        public void Dispose()
        {
            _pins.ForEach(pin => pin.Free());
            NativeMemory.Free(Start);
        }
    }

    [LibraryImport(Library, EntryPoint = "execv", SetLastError = true)]
    private static partial int Execv(byte* path, byte** arguments);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true)]
    private static partial int Access(byte* path, int mode);
}
