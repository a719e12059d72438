using System.Text;

namespace GpuRuntime.Agent.Top.Input;

/// <summary>Makes keys of what a terminal sends. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-PC-Style-Function-Keys</summary>
internal sealed class KeyParser
{
    private const char Escape = '\e';
    private const int LongestSequence = 16;

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private string _sequence = "";

    public IEnumerable<Key> Feed(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        var count = _decoder.GetChars(bytes, characters, flush: false);
        List<Key> keys = [];
        foreach (var character in characters.AsSpan(0, count))
        {
            if (_sequence.Length > 0)
                Continue(character, keys);
            else if (character == Escape)
                _sequence = "\e";
            else if (Single(character) is { } key)
                keys.Add(key);
        }

        return keys;
    }

    /// <summary>When nothing came for a while: an Escape with nothing behind it is the key itself.</summary>
    public Key? Rest()
    {
        var isKey = _sequence == "\e";
        _sequence = "";
        return isKey ? new Key(KeyKind.Escape) : null;
    }

    private void Continue(char character, List<Key> keys)
    {
        if (character == Escape)
        {
            // Pressed twice, or one that something else follows.
            if (_sequence == "\e")
                keys.Add(new Key(KeyKind.Escape));
            _sequence = "\e";
            return;
        }

        _sequence += character;
        if (_sequence.Length == 2 && character is '[' or 'O')
            return;
        // A sequence ends with a letter or ~; two characters are a key with Alt, which is none of ours.
        if (_sequence.Length > 2 && character is >= ' ' and < '@' && _sequence.Length < LongestSequence)
            return;
        if (Named(_sequence) is { } kind)
            keys.Add(new Key(kind));
        _sequence = "";
    }

    private static Key? Single(char character) => character switch
    {
        '\r' or '\n' => new Key(KeyKind.Enter),
        '\t' => new Key(KeyKind.Tab),
        '\b' or '\u007f' => new Key(KeyKind.Backspace),
        _ when char.IsControl(character) => null,
        _ => new Key(KeyKind.Character, character),
    };

    private static KeyKind? Named(string sequence) => sequence switch
    {
        "\e[A" or "\eOA" => KeyKind.Up,
        "\e[B" or "\eOB" => KeyKind.Down,
        "\e[Z" => KeyKind.BackTab,
        "\e[5~" => KeyKind.PageUp,
        "\e[6~" => KeyKind.PageDown,
        "\e[H" or "\eOH" or "\e[1~" => KeyKind.Home,
        "\e[F" or "\eOF" or "\e[4~" => KeyKind.End,
        _ => null,
    };
}
