using GpuRuntime.Linux.Terminals;
using Microsoft.Win32.SafeHandles;

namespace GpuRuntime.Agent.Top.Output;

/// <summary>Standard output as it is: the console's own stream says nothing of a reader who has gone, and sets up the terminal for itself.</summary>
internal static class StandardOutput
{
    public static FileStream Open() => new(new SafeFileHandle(Terminal.Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
