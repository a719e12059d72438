namespace GpuRuntime.Core.Oci;

/// <summary>What happens to one array of a document: items taken out by position, and items put behind the last.</summary>
/// <param name="Path">Members from the root to the array; those that are missing are made.</param>
public sealed record ArrayEdit(params string[] Path)
{
    public HashSet<int> Removed { get; } = [];

    /// <summary>JSON texts.</summary>
    public List<byte[]> Appended { get; } = [];

    public bool IsEmpty => Removed.Count == 0 && Appended.Count == 0;
}
