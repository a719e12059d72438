using System.Runtime.InteropServices;

namespace GpuRuntime.Agent.Http;

/// <summary>
/// Bounds the memory of answers that clients are still reading, however many read however slowly. What many are given at the same time, as the
/// page of one sample, counts once. For an answer that finds no room those that are read the longest are broken off: clients that read slowly
/// keep no answer from others.
/// </summary>
/// <param name="most">Bytes.</param>
internal sealed class HeldAnswers(long most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, int> _readers = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<HeldAnswer> _byAge = new();
    private long _held;

    /// <param name="breakOff">Ends the reading, from any thread; the answer holds no room from then on.</param>
    /// <returns><see langword="null"/> when there is never room for so much: the answer must not be given.</returns>
    public LinkedListNode<HeldAnswer>? Hold(ReadOnlyMemory<byte> body, Action breakOff)
    {
        var (key, bytes) = Storage(body);
        if (bytes > most)
            return null;
        var answer = new LinkedListNode<HeldAnswer>(new HeldAnswer(key, bytes, breakOff));
        List<HeldAnswer> broken = [];
        lock (_gate)
        {
            while (!_readers.ContainsKey(key) && _held + bytes > most)
            {
                broken.Add(_byAge.First!.Value);
                Remove(_byAge.First);
            }

            ref var readers = ref CollectionsMarshal.GetValueRefOrAddDefault(_readers, key, out var isShared);
            readers++;
            if (!isShared)
                _held += bytes;
            _byAge.AddLast(answer);
        }

        foreach (var one in broken)
            one.BreakOff();
        return answer;
    }

    /// <summary>A client has read it, or is gone.</summary>
    public void Release(LinkedListNode<HeldAnswer> answer)
    {
        lock (_gate)
        {
            if (answer.List is not null)
                Remove(answer);
        }
    }

    private void Remove(LinkedListNode<HeldAnswer> answer)
    {
        _byAge.Remove(answer);
        var (key, bytes, _) = answer.Value;
        if (--CollectionsMarshal.GetValueRefOrNullRef(_readers, key) > 0)
            return;
        _readers.Remove(key);
        _held -= bytes;
    }

    private static (object Key, long Bytes) Storage(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment) && segment.Array is { } array ? (array, array.Length) : throw new ArgumentException("answers are arrays", nameof(body));
}
