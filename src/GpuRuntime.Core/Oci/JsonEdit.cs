namespace GpuRuntime.Core.Oci;

/// <summary>A change of one array or object of a document.</summary>
/// <param name="Path">Members from the root to it; those that are missing are made.</param>
public abstract record JsonEdit(string[] Path)
{
    public abstract bool IsEmpty { get; }
}
