using System.Text.Json;

namespace GpuRuntime.Core.Oci;

/// <summary>What happens to one array of a document: items taken out by position, and items put behind the last.</summary>
/// <param name="Path">Members from the root to the array; those that are missing are made.</param>
public sealed record ArrayEdit(params string[] Path) : JsonEdit(Path)
{
    public HashSet<int> Removed { get; } = [];

    /// <summary>JSON texts, each of one item or of several with commas between them.</summary>
    public List<byte[]> Appended { get; } = [];

    /// <summary>Appends items, each as a function writes it.</summary>
    public void Append<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        var text = OciJson.Write(json =>
        {
            json.WriteStartArray();
            foreach (var item in items)
                write(json, item);
            json.WriteEndArray();
        });
        const int brackets = 2;
        if (text.Length > brackets)
            Appended.Add(text[1..^1]);
    }

    public override bool IsEmpty => Removed.Count == 0 && Appended.Count == 0;
}
