using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>Swaps two names of a directory for one another, as fast as it can, until disposed.</summary>
internal sealed partial class SwappingAttacker : IDisposable
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    private readonly Thread _thread;
    private long _swaps;
    private volatile bool _done;

    public SwappingAttacker(string first, string second)
    {
        _thread = new Thread(() =>
        {
            while (!_done)
            {
                if (Rename(CurrentDirectory, first, CurrentDirectory, second, Exchange) == 0)
                    Interlocked.Increment(ref _swaps);
            }
        });
        _thread.Start();
    }

    public long Swaps => Interlocked.Read(ref _swaps);

    public void Dispose()
    {
        _done = true;
        _thread.Join();
    }

    // https://man7.org/linux/man-pages/man2/renameat2.2.html
    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
