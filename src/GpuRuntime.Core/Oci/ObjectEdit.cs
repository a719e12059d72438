namespace GpuRuntime.Core.Oci;

/// <summary>Members of one object of a document: each takes the place of the one with its key, or is put behind the last.</summary>
/// <param name="Path">Members from the root to the object; those that are missing are made.</param>
public sealed record ObjectEdit(params string[] Path) : JsonEdit(Path)
{
    public List<JsonMember> Members { get; } = [];

    public override bool IsEmpty => Members.Count == 0;
}

/// <summary>A member of an object.</summary>
/// <param name="Value">JSON text.</param>
public sealed record JsonMember(string Key, byte[] Value);
