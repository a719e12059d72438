using System.Text;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// A few of many names, each as likely as any other: the first few, of which every further name takes a place with a chance that falls as their
/// number grows (reservoir sampling).
/// </summary>
/// <param name="most">How many are kept.</param>
/// <param name="turn">A number that differs from create to create, so that every name has its turn.</param>
internal sealed class NameSample(int most, int turn)
{
    private readonly List<string> _names = [];
    private int _offered;

    public IReadOnlyList<string> Names => _names;

    /// <param name="prefix">What is put in front of the name, if it is taken.</param>
    public void Offer(string prefix, ReadOnlySpan<byte> name)
    {
        var place = _offered < most ? _offered : (int)(Mixed((uint)turn, (uint)_offered) % (uint)(_offered + 1));
        _offered++;
        if (place >= most)
            return;
        var text = prefix + Encoding.UTF8.GetString(name);
        if (place == _names.Count)
            _names.Add(text);
        else
            _names[place] = text;
    }

    // Not a secret, only spread well (the finalizer of MurmurHash3).
    private static uint Mixed(uint turn, uint number)
    {
        var value = (turn * 2654435761) ^ (number * 2246822519);
        value ^= value >> 16;
        value *= 0x85ebca6b;
        value ^= value >> 13;
        value *= 0xc2b2ae35;
        return value ^ (value >> 16);
    }
}
