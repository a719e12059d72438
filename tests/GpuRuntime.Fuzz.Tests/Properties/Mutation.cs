using FsCheck;
using FsCheck.Fluent;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Changes of an input, as readers are seldom tried with them: a byte, a number at its limit, a piece that is gone, twice there, or another seed's.</summary>
internal static class Mutation
{
    private static readonly byte[][] Pieces =
    [
        [0], [0xff], [0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0, 0, 0, 0, 0, 0x80], "\n"u8.ToArray(), "\r\n"u8.ToArray(), "\u001b[31m"u8.ToArray(), "\u2028"u8.ToArray(),
        "\ufeff"u8.ToArray(), [0xc3], [0xed, 0xa0, 0x80], "\\ud800"u8.ToArray(), "\\u0000"u8.ToArray(), "-1"u8.ToArray(), "18446744073709551616"u8.ToArray(), "9223372036854775807"u8.ToArray(), "1e999"u8.ToArray(),
        "null"u8.ToArray(), "{}"u8.ToArray(), "[[[["u8.ToArray(), "\""u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "="u8.ToArray(), "/../"u8.ToArray(), "%s%n"u8.ToArray(), "."u8.ToArray(), " "u8.ToArray(),
    ];

    /// <summary>One of the seeds after one to eight changes.</summary>
    public static Gen<byte[]> Of(IReadOnlyList<byte[]> seeds) =>
        from seed in Gen.Elements(seeds.AsEnumerable())
        from count in Gen.Choose(1, 8)
        from changes in Change(seeds).ListOf(count)
        select Applied(seed, changes);

    private static byte[] Applied(byte[] seed, IEnumerable<Action<List<byte>>> changes)
    {
        var input = seed.ToList();
        foreach (var change in changes)
            change(input);
        return [.. input];
    }

    private static Gen<Action<List<byte>>> Change(IReadOnlyList<byte[]> seeds) =>
        from kind in Gen.Choose(0, 5)
        from place in Gen.Choose(0, 1 << 20)
        from length in Gen.Choose(1, 40)
        from value in Gen.Choose(0, 255)
        from piece in Gen.Elements(Pieces.AsEnumerable())
        from other in Gen.Elements(seeds.AsEnumerable())
        select (Action<List<byte>>)(input => Apply(input, kind, place % (input.Count + 1), length, (byte)value, piece, other));

    private static void Apply(List<byte> input, int kind, int place, int length, byte value, byte[] piece, byte[] other)
    {
        var within = Math.Min(length, input.Count - place);
        switch (kind)
        {
            case 0 when within > 0:
                input[place] = value;
                break;
            case 1 when within > 0:
                input[place] ^= (byte)(1 << (value % 8));
                break;
            case 2:
                input.RemoveRange(place, within);
                break;
            case 3:
                input.InsertRange(place, input.GetRange(place, within));
                break;
            case 4 when other.Length > 0:
                var start = value % other.Length;
                input.InsertRange(place, other[start..Math.Min(other.Length, start + length)]);
                break;
            default:
                input.InsertRange(place, piece);
                break;
        }
    }
}
