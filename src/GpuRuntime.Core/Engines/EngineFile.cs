namespace GpuRuntime.Core.Engines;

/// <summary>A configuration file of an engine as it is now.</summary>
/// <param name="Content"><see langword="null"/>: there is none.</param>
/// <param name="Backup">What <see cref="BackupPath"/> holds; <see langword="null"/>: there is none.</param>
public sealed record EngineFile(string Path, byte[]? Content, byte[]? Backup)
{
    private const string BackupSuffix = ".gpu-runtime.bak";

    /// <summary>Beside the file: it as it was before we first touched it.</summary>
    public string BackupPath => BackupOf(Path);

    public static string BackupOf(string path) => path + BackupSuffix;
}
