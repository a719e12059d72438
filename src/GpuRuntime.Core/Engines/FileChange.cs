namespace GpuRuntime.Core.Engines;

/// <summary>A file that is to be written or deleted.</summary>
/// <param name="Before"><see langword="null"/>: it does not exist.</param>
/// <param name="After"><see langword="null"/>: it goes.</param>
/// <param name="Like">The file whose owner and mode a new one gets; <see langword="null"/>: its own defaults.</param>
public sealed record FileChange(string Path, byte[]? Before, byte[]? After, string? Like = null)
{
    /// <summary>Another file as it was, kept for the undo, rather than an engine's.</summary>
    public bool IsBackup => Like is not null;
}
