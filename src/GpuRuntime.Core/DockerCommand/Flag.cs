namespace GpuRuntime.Core.DockerCommand;

/// <summary>A flag as it was read.</summary>
/// <param name="Name">Its long name, without dashes; the letters of a flag whose name nobody asks for.</param>
/// <param name="Value"><see langword="null"/>: none.</param>
/// <param name="Place">Where it stands among the arguments.</param>
/// <param name="Length">How many arguments it takes up.</param>
internal sealed record Flag(string Name, string? Value, int Place, int Length)
{
    /// <summary>Not in the tables: whether the following argument is its value cannot be told.</summary>
    public bool IsUnknown { get; init; }
}
