using System.Globalization;
using System.Runtime.InteropServices;
using GpuRuntime.TestHosts;
using Microsoft.Win32.SafeHandles;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>
/// A terminal without a screen: what programs write to it, and what they are sent as from a keyboard. The program's end is open here too, so that it
/// can be looked at when the program has gone. https://man7.org/linux/man-pages/man2/ioctl_tty.2.html
/// </summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const nuint GetNumber = 0x80045430;
    private const nuint SetLock = 0x40045431;
    private const nuint OpenProgramsEnd = 0x5441;
    private const nuint SetSize = 0x5414;
    private const int ReadWriteOfNoProcess = 0x80102;
    private const int SettingsLength = 60;

    private readonly SafeFileHandle _end;
    private readonly SafeFileHandle _programsEnd;
    private readonly FileStream _stream;
    private readonly FileStream _programsStream;

    /// <exception cref="TestResourceUnavailableException">There are none here.</exception>
    public PseudoTerminal(int columns, int rows)
    {
        const string maker = "/dev/ptmx";
        if (!File.Exists(maker))
            throw new TestResourceUnavailableException($"there is no {maker}, which makes terminals");
        _end = File.OpenHandle(maker, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var (number, isLocked) = (0, 0);
        Check(Ioctl(_end, SetLock, ref isLocked));
        Check(Ioctl(_end, GetNumber, ref number));
        Path = string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}");
        _programsEnd = new SafeFileHandle(Check(Ioctl(_end, OpenProgramsEnd, ReadWriteOfNoProcess)), ownsHandle: true);
        _stream = new FileStream(_end, FileAccess.ReadWrite, bufferSize: 0);
        _programsStream = new FileStream(_programsEnd, FileAccess.ReadWrite, bufferSize: 0);
        Resize(columns, rows);
    }

    /// <summary>What a program opens.</summary>
    public string Path { get; }

    /// <summary>All that tcgetattr tells, as text that can be compared.</summary>
    public string Settings
    {
        get
        {
            var settings = new byte[SettingsLength];
            Check(GetAttributes(_programsEnd, ref settings[0]));
            return Convert.ToHexString(settings);
        }
    }

    /// <summary>The kernel tells the program that is in front, by SIGWINCH.</summary>
    public void Resize(int columns, int rows) => Check(Ioctl(_end, SetSize, new WindowSize { Rows = (ushort)rows, Columns = (ushort)columns }));

    public void Send(byte[] keys) => _stream.Write(keys);

    /// <summary>Writes as a program would: what comes out behind everything that programs have written so far.</summary>
    public void Mark() => _programsStream.WriteByte(TerminalScreen.Mark);

    /// <summary>Waits for what the program writes.</summary>
    /// <returns>0 once nobody has the program's end open: no program, nor this, after <see cref="Close"/>.</returns>
    public int Receive(byte[] buffer)
    {
        try
        {
            return _stream.Read(buffer);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>From now on only programs have the program's end.</summary>
    public void Close()
    {
        _programsStream.Dispose();
        _programsEnd.Dispose();
    }

    /// <summary>Hangs up.</summary>
    public void Dispose()
    {
        Close();
        _stream.Dispose();
        _end.Dispose();
    }

    private static int Check(int result) => result >= 0 ? result : throw new IOException($"terminal: {Marshal.GetLastPInvokeErrorMessage()}");

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, ref int value);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, nint value);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, in WindowSize size);

    // https://man7.org/linux/man-pages/man3/termios.3.html
    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(SafeFileHandle file, ref byte settings);
}
