using System.Runtime.InteropServices;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// Bounds the memory of answers that clients are still reading, however many read however slowly. What many are given at the same time, as the
/// page of one sample, counts once.
/// </summary>
/// <param name="most">Bytes.</param>
internal sealed class HeldAnswers(long most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, int> _readers = new(ReferenceEqualityComparer.Instance);
    private long _held;

    /// <returns><see langword="false"/> when there is no room: the answer must not be given.</returns>
    public bool TryHold(ReadOnlyMemory<byte> body)
    {
        var (key, bytes) = Storage(body);
        lock (_gate)
        {
            ref var readers = ref CollectionsMarshal.GetValueRefOrAddDefault(_readers, key, out var isShared);
            if (!isShared && _held + bytes > most)
            {
                _readers.Remove(key);
                return false;
            }

            if (!isShared)
                _held += bytes;
            readers++;
            return true;
        }
    }

    /// <summary>A client has read it, or is gone.</summary>
    public void Release(ReadOnlyMemory<byte> body)
    {
        var (key, bytes) = Storage(body);
        lock (_gate)
        {
            if (--CollectionsMarshal.GetValueRefOrNullRef(_readers, key) > 0)
                return;
            _readers.Remove(key);
            _held -= bytes;
        }
    }

    private static (object Key, long Bytes) Storage(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment) && segment.Array is { } array ? (array, array.Length) : throw new ArgumentException("answers are arrays", nameof(body));
}
