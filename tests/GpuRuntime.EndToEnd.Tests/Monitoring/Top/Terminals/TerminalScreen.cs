using System.Text;

namespace GpuRuntime.EndToEnd.Tests.Monitoring.Top;

/// <summary>
/// What one sees on a terminal, as far as top needs one: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html. What it does not know, and text
/// past the right edge where lines are not wrapped, is noted as a fault. Every character takes one column.
/// </summary>
internal sealed class TerminalScreen
{
    /// <summary>A character that nothing shows.</summary>
    public const byte Mark = 0;

    private const char Escape = '\e';

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _sequence = new();
    private readonly List<string> _faults = [];
    private char[][] _shown;
    private char[][]? _first;
    private (int Row, int Column) _cursor;
    private bool _wraps = true;

    public TerminalScreen(int columns, int rows) => _shown = Empty(columns, rows);

    public bool IsCursorShown { get; private set; } = true;

    /// <summary>The second screen is shown, which leaves the first as it was.</summary>
    public bool IsSecond => _first is not null;

    public bool Wraps => _wraps;

    /// <summary>Arrows send other sequences than at the terminal's start.</summary>
    public bool AreArrowsOthers { get; private set; }

    /// <summary>The keypad sends other sequences than at the terminal's start.</summary>
    public bool IsKeypadOther { get; private set; }

    public IReadOnlyList<string> Faults => _faults;

    public int Marks { get; private set; }

    /// <summary>Escape sequences that chose colours.</summary>
    public int Colours { get; private set; }

    /// <summary>From the top, without spaces at their ends.</summary>
    public string[] Lines => [.. _shown.Select(static line => new string(line).TrimEnd())];

    /// <summary>Both screens are empty then: a program has to draw anew.</summary>
    public void Resize(int columns, int rows)
    {
        _shown = Empty(columns, rows);
        if (_first is not null)
            _first = Empty(columns, rows);
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        foreach (var character in characters.AsSpan(0, _decoder.GetChars(bytes, characters, flush: false)))
        {
            if (_sequence.Length > 0)
                Continue(character);
            else if (character == Escape)
                _sequence.Append(character);
            else
                Show(character);
        }
    }

    private int Columns => _shown[0].Length;

    private void Show(char character)
    {
        switch (character)
        {
            case (char)Mark:
                Marks++;
                return;
            case '\r':
                _cursor.Column = 0;
                return;
            case '\n':
                NextLine();
                return;
            case < ' ':
                _faults.Add($"control character {(int)character:x2}");
                return;
        }

        if (_cursor.Column >= Columns)
        {
            if (_wraps)
            {
                _cursor.Column = 0;
                NextLine();
            }
            else
            {
                _faults.Add($"'{character}' past the right edge in line {_cursor.Row}");
                _cursor.Column = Columns - 1;
            }
        }

        _shown[_cursor.Row][_cursor.Column++] = character;
    }

    private void NextLine()
    {
        if (_cursor.Row < _shown.Length - 1)
            _cursor.Row++;
        else
            _shown = [.. _shown.Skip(1), Blank(Columns)];
    }

    private void Continue(char character)
    {
        _sequence.Append(character);
        if (_sequence.Length == 2 && character == '[')
            return;
        if (_sequence.Length > 2 && character is >= ' ' and < '@')
            return;
        Apply(_sequence.ToString()[1..]);
        _sequence.Clear();
    }

    private void Apply(string sequence)
    {
        switch (sequence)
        {
            case "[2J":
                _shown = Empty(Columns, _shown.Length);
                break;
            case "[2K":
                _shown[_cursor.Row] = Blank(Columns);
                break;
            case "[?25l" or "[?25h":
                IsCursorShown = sequence[^1] == 'h';
                break;
            case "[?7l" or "[?7h":
                _wraps = sequence[^1] == 'h';
                break;
            case "[?1049h" when _first is null:
                _first = _shown;
                _shown = Empty(Columns, _shown.Length);
                break;
            case "[?1049l" when _first is not null:
                _shown = _first;
                _first = null;
                break;
            case "[?1h" or "[?1l":
                AreArrowsOthers = sequence[^1] == 'h';
                break;
            case "=" or ">":
                IsKeypadOther = sequence == "=";
                break;
            case ['[', .. var place, 'H'] when Place(place) is { } cursor:
                _cursor = cursor;
                break;
            case ['[', .. var styles, 'm']:
                Colours += styles.Split(';').Count(static style => style is ['3' or '4' or '9', not '9']);
                break;
            default:
                _faults.Add($"escape sequence {sequence}");
                break;
        }
    }

    private (int Row, int Column)? Place(string text) =>
        text.Split(';') is [var row, var column] && int.TryParse(row, out var line) && int.TryParse(column, out var place) && line >= 1 && line <= _shown.Length && place >= 1 && place <= Columns
            ? (line - 1, place - 1)
            : null;

    private static char[] Blank(int columns) => [.. Enumerable.Repeat(' ', columns)];

    private static char[][] Empty(int columns, int rows) => [.. Enumerable.Range(0, rows).Select(_ => Blank(columns))];
}
