using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Allocations;

/// <summary>The one lock under which the ledger changes. The kernel gives it back when its holder dies.</summary>
internal static class LedgerLock
{
    private const int FirstWaitMicroseconds = 50;
    private const int LongestWaitMicroseconds = 2000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LedgerUnusable"/>: somebody keeps it for longer than any decision takes.</exception>
    public static FileDescriptor Take(FileDescriptor directory, string name, string path)
    {
        var file = Libc.OpenAt(directory.Number, name, OpenFlags.ReadWrite | OpenFlags.Create | Libc.NoFollow, Resolve.Beneath, 0b110_000_000);
        try
        {
            var until = Environment.TickCount64 + (long)Longest.TotalMilliseconds;
            for (var wait = FirstWaitMicroseconds; !Libc.TryLock(file, path); wait = Math.Min(wait * 2, LongestWaitMicroseconds))
            {
                if (Environment.TickCount64 > until)
                    throw new GpuRuntimeException(ErrorCode.LedgerUnusable, $"{path} stays locked: another gpu-runtime has held the ledger for {Longest.TotalSeconds:0} seconds; see what it does (fuser {path}).");
                Thread.Sleep(TimeSpan.FromMicroseconds(wait));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
