namespace GpuRuntime.Core.Cdi.Text;

internal enum CdiNodeKind
{
    Null,
    Boolean,

    /// <summary>A number that 64 bits hold.</summary>
    Integer,

    /// <summary>Any other number.</summary>
    Number,
    Text,
    List,
    Map,
}

/// <summary>A value of a specification's document, whether it is JSON or YAML.</summary>
internal sealed class CdiNode(CdiNodeKind kind, int line)
{
    /// <summary>More values than the specification of any host has: 16 GPUs of 7 MIG devices with 60 files each are half of it.</summary>
    public const int MostNodes = 100_000;

    public const int DeepestNesting = 32;

    public CdiNodeKind Kind => kind;

    /// <summary>From 1 on; 0 in a document that is to be written.</summary>
    public int Line => line;

    /// <summary>A text, or the number or word as it stands in the file.</summary>
    public string Text { get; init; } = "";

    public long Integer { get; init; }

    public bool Boolean { get; init; }

    public List<CdiNode> Items { get; init; } = None.Items;

    public List<CdiMember> Members { get; init; } = None.Members;

    /// <summary>The line of the value there, or else of the innermost that is there.</summary>
    public int LineOf(CdiPath path)
    {
        var steps = new Stack<CdiPath>();
        for (var at = path; at.Parent is not null; at = at.Parent)
            steps.Push(at);
        var node = this;
        var found = node.Line;
        foreach (var step in steps)
        {
            if (step.Index >= 0)
            {
                if (step.Index >= node.Items.Count)
                    return found;
                node = node.Items[step.Index];
                found = node.Line;
                continue;
            }

            if (node.Find(step.Name) is not { } member)
                return found;
            node = member.Value;
            found = member.Line;
        }

        return found;
    }

    /// <summary>A member by its name in any case, as the engines read it.</summary>
    public CdiMember? Find(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member;
        }

        return null;
    }

    // Shared by all nodes that have none.
    private static class None
    {
        public static readonly List<CdiNode> Items = [];
        public static readonly List<CdiMember> Members = [];
    }
}

/// <summary>A member of an object, with the line of its name.</summary>
internal sealed record CdiMember(string Name, int Line, CdiNode Value);
