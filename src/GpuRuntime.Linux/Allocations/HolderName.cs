using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// The name of an entry in the directory of a unit that it holds: <c>KEY.MODE.LIMIT</c>, mode <c>s</c> or <c>x</c>, limit in hexadecimal bytes.
/// So the names alone say all that a decision needs, whatever the number of containers.
/// </summary>
/// <param name="Text">The name itself.</param>
internal readonly record struct HolderName(string Text, bool IsExclusive, long LimitBytes)
{
    private const int KeyLength = 16;

    public static HolderName Of(string key, bool isExclusive, long limitBytes) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{key}.{(isExclusive ? 'x' : 's')}.{limitBytes:x}"), isExclusive, limitBytes);

    /// <returns><see langword="null"/> for what is no such name.</returns>
    public static HolderName? Parse(string name) =>
        TryParse(Encoding.UTF8.GetBytes(name), out var isExclusive, out var limit) ? new HolderName(name, isExclusive, limit) : null;

    /// <summary>The same without a text of it: a unit may have a thousand holders.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out bool isExclusive, out long limit)
    {
        isExclusive = false;
        limit = 0;
        if (name.Length <= KeyLength + 3 || name[KeyLength] != '.' || name[KeyLength + 1] is not ((byte)'s' or (byte)'x') || name[KeyLength + 2] != '.')
            return false;
        isExclusive = name[KeyLength + 1] == 'x';
        return Utf8Parser.TryParse(name[(KeyLength + 3)..], out limit, out var read, 'x') && read == name.Length - KeyLength - 3 && limit >= 0;
    }
}
