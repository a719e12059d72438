using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Cdi.Text;

namespace GpuRuntime.Core.Cdi;

/// <summary>A rule of CDI's that a specification breaks.</summary>
/// <param name="Path">Where.</param>
/// <param name="Text">What is wrong there; reads on behind the path.</param>
public sealed record CdiProblem(CdiPath Path, string Text)
{
    /// <summary>The line in the file; 0 for a specification that is in no file.</summary>
    public int Line { get; init; }

    public override string ToString()
    {
        var subject = Path.Parent is null ? "the specification" : Path.ToString();
        return Line == 0 ? $"{subject} {Text}" : string.Create(CultureInfo.InvariantCulture, $"line {Line}: {subject} {Text}");
    }
}

/// <summary>The problems of a specification as they are found.</summary>
internal sealed class CdiProblems
{
    private readonly List<CdiProblem> _found = [];
    private readonly HashSet<CdiPath> _unread = [];

    public bool IsEmpty => _found.Count == 0;

    /// <summary>What stands there cannot be read: rules about it, or about anything in it, would only say the same again.</summary>
    public void AddUnread(CdiNode node, CdiPath path, string text)
    {
        Add(path, text, node.Line);
        _unread.Add(path);
    }

    public void Add(CdiPath path, string text, int line) => _found.Add(new CdiProblem(path, text) { Line = line });

    /// <summary>Adds what rules found, with the lines of the document's nodes.</summary>
    public void AddRange(ImmutableArray<CdiProblem> problems, CdiNode document)
    {
        foreach (var problem in problems)
        {
            if (!IsUnread(problem.Path))
                _found.Add(problem with { Line = document.LineOf(problem.Path) });
        }
    }

    /// <summary>By line, and in one line as they were found.</summary>
    public ImmutableArray<CdiProblem> InOrder()
    {
        var places = new long[_found.Count];
        for (var i = 0; i < places.Length; i++)
            places[i] = ((long)_found[i].Line << 32) | (uint)i;
        Array.Sort(places);
        var ordered = ImmutableArray.CreateBuilder<CdiProblem>(places.Length);
        foreach (var place in places)
            ordered.Add(_found[(int)(uint)place]);
        return ordered.MoveToImmutable();
    }

    private bool IsUnread(CdiPath path)
    {
        for (var at = path; at is not null; at = at.Parent)
        {
            if (_unread.Contains(at))
                return true;
        }

        return false;
    }
}
