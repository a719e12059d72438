using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

internal static unsafe partial class Libc
{
    private const int ApplyNowAndDropInput = 2;
    private const nuint GetWindowSize = 0x5413;

    /// <summary>The settings of a terminal. https://man7.org/linux/man-pages/man3/termios.3.html</summary>
    /// <returns><see langword="null"/> when the descriptor is no terminal.</returns>
    internal static TerminalSettings? TryGetTerminal(int file) => Tcgetattr(file, out var settings) == 0 ? settings : null;

    /// <returns>Whether they were taken: not by a terminal that has hung up.</returns>
    internal static bool TrySetTerminal(int file, in TerminalSettings settings)
    {
        while (Tcsetattr(file, ApplyNowAndDropInput, settings) != 0)
        {
            if (LinuxException.LastErrno() != Errno.Interrupted)
                return false;
        }

        return true;
    }

    /// <summary>https://man7.org/linux/man-pages/man2/TIOCGWINSZ.2const.html</summary>
    /// <returns><see langword="null"/> when the descriptor is no terminal, or one that does not know its size.</returns>
    internal static (int Columns, int Rows)? TryGetTerminalSize(int file)
    {
        WindowSize size;
        return Ioctl(file, GetWindowSize, &size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : null;
    }

    /// <summary>struct termios of the C library, which is the same on every 64-bit architecture that .NET runs on.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TerminalSettings
    {
        public const uint TranslateReturn = 0x100;
        public const uint Echo = 0x8;
        public const uint Lines = 0x2;
        public const uint Extensions = 0x8000;
        private const int Timeout = 5;
        private const int Minimum = 6;

        public uint Input;
        public uint Output;
        public uint Control;
        public uint Local;
        public byte Discipline;
        public Characters Special;
        public uint InputSpeed;
        public uint OutputSpeed;

        /// <summary>Keys one by one and unseen; Ctrl-C and Ctrl-Z stay signals. A read that gets nothing returns after a tenth of a second.</summary>
        public TerminalSettings ByKeys()
        {
            var changed = this;
            changed.Input &= ~TranslateReturn;
            changed.Local &= ~(Echo | Lines | Extensions);
            changed.Special[Minimum] = 0;
            changed.Special[Timeout] = 1;
            return changed;
        }

        [InlineArray(32)]
        internal struct Characters
        {
            private byte _first;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int Tcgetattr(int file, out TerminalSettings settings);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int Tcsetattr(int file, int when, in TerminalSettings settings);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int file, nuint request, WindowSize* size);
}
