using System.Text;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Logging;

/// <summary>
/// Lines on the standard descriptors, of a program whose work does not depend on anybody reading them. One that cannot be written is lost (a disk is
/// full, nobody reads any more, a pipe is full that must not be waited for), where the runtime library's streams would end the program. No descriptor
/// is opened for them either: there may be none left when there is something to say.
/// </summary>
public static class StandardLines
{
    private const int Output = 1;
    private const int Error = 2;

    public static void WriteOutput(string line) => Libc.TryWrite(Output, Encoding.UTF8.GetBytes(line + "\n"));

    public static void WriteError(string line) => Libc.TryWrite(Error, Encoding.UTF8.GetBytes(line + "\n"));
}
