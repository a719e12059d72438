using System.Runtime.InteropServices;

namespace GpuRuntime.Security.Tests.Attacks;

/// <summary>
/// Swaps names for one another, pair after pair, as fast as it can, until disposed. Then every pair that can be put back is as it was at the
/// beginning.
/// </summary>
internal sealed partial class SwappingAttacker : IDisposable
{
    private const int CurrentDirectory = -100;
    private const uint Exchange = 2;

    private readonly Thread _thread;
    private long _swaps;
    private volatile bool _done;

    public SwappingAttacker(params IReadOnlyList<(string First, string Second)> pairs)
    {
        _thread = new Thread(() =>
        {
            var swapped = new bool[pairs.Count];
            for (var turn = 0; !_done; turn++)
                Swap(turn % pairs.Count);
            for (var pair = 0; pair < pairs.Count; pair++)
            {
                if (swapped[pair])
                    Swap(pair);
            }

            void Swap(int pair)
            {
                if (Rename(CurrentDirectory, pairs[pair].First, CurrentDirectory, pairs[pair].Second, Exchange) != 0)
                    return;
                swapped[pair] = !swapped[pair];
                _swaps++;
            }
        });
        _thread.Start();
    }

    /// <summary>Of all pairs together; to be read when it is disposed.</summary>
    public long Swaps => _swaps;

    public void Dispose()
    {
        _done = true;
        _thread.Join();
    }

    // https://man7.org/linux/man-pages/man2/renameat2.2.html
    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
