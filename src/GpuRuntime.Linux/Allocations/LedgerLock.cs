using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Allocations;

/// <summary>The one lock under which the ledger changes. The kernel gives it back when its holder dies.</summary>
internal static class LedgerLock
{
    // Below the time that engines give a hook (30 s), so that whoever waits in vain can still say so.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LedgerUnusable"/>: it is not to be had in the time that very many decisions take.</exception>
    public static FileDescriptor Take(FileDescriptor directory, string name, string path)
    {
        var file = Libc.OpenAt(directory.Number, name, OpenFlags.ReadWrite | OpenFlags.Create | Libc.NoFollow, Resolve.Beneath, 0b110_000_000);
        try
        {
            if (Libc.TryLock(file, path))
                return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new Waiting(file, path).IsOver(Longest)
            ? file
            : throw new GpuRuntimeException(
                ErrorCode.LedgerUnusable, $"{path} stays locked: others have held the ledger for {Longest.TotalSeconds:0} seconds; see what they do (fuser {path}).");
    }

    /// <summary>
    /// A wait in the kernel's queue, where each has its turn: of many who only ask again and again, some never have it. A thread of its own waits,
    /// since flock(2) knows no limit of time.
    /// </summary>
    private sealed class Waiting(FileDescriptor file, string path)
    {
        private const int SmallStack = 128 * 1024;

        private readonly Lock _state = new();
        private LinuxException? _failure;
        private bool _isOver;
        private bool _isGivenUp;

        /// <returns>Whether the lock was had; if not, the file is no longer the caller's.</returns>
        public bool IsOver(TimeSpan longest)
        {
            var thread = new Thread(Wait, SmallStack) { IsBackground = true };
            thread.Start();
            thread.Join(longest);
            lock (_state)
            {
                _isGivenUp = !_isOver;
                if (_failure is null)
                    return _isOver;
            }

            file.Dispose();
            throw _failure;
        }

        private void Wait()
        {
            try
            {
                Libc.Lock(file, path);
            }
            catch (LinuxException failure)
            {
                _failure = failure;
            }

            lock (_state)
            {
                _isOver = true;
                if (_isGivenUp)
                    file.Dispose();
            }
        }
    }
}
