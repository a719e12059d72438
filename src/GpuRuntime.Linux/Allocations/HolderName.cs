using System.Globalization;

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
        name.Length > KeyLength + 3 && name[KeyLength] == '.' && name[KeyLength + 1] is 's' or 'x' && name[KeyLength + 2] == '.'
        && long.TryParse(name.AsSpan(KeyLength + 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var limit) && limit >= 0
            ? new HolderName(name, name[KeyLength + 1] == 'x', limit)
            : null;
}
