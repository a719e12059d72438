using System.Globalization;

namespace GpuRuntime.Core.Cdi;

/// <summary>A place in a specification, such as <c>devices[2].containerEdits.mounts[0].hostPath</c>.</summary>
/// <param name="Parent"><see langword="null"/> for the document itself.</param>
/// <param name="Index">The place in a list; negative for a member of an object.</param>
public sealed record CdiPath(CdiPath? Parent, string Name, int Index)
{
    public static CdiPath Root { get; } = new(null, "", -1);

    public CdiPath Member(string name) => new(this, name, -1);

    public CdiPath Item(int index) => new(this, "", index);

    public override string ToString() => this switch
    {
        { Parent: null } => "",
        { Index: >= 0 } => string.Create(CultureInfo.InvariantCulture, $"{Parent}[{Index}]"),
        { Parent.Parent: null } => Name,
        _ => $"{Parent}.{Name}",
    };
}
