using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>Plans the change of one file, its backup included, so that configuring and removing again leaves the very bytes that were there.</summary>
internal static class EnginePlanner
{
    public static IEnumerable<FileChange> Configure(EngineFile file, IEngineFormat format, EngineOptions options)
    {
        if (file.Content is not { } content)
            return [new FileChange(file.Path, null, format.Apply(null, options))];

        // From the original, as long as nobody else has edited since: then the undo stays exact however often this is called.
        if (Earlier(file, format, options.Program) is { } earlier)
            return Replace(file, format.Apply(file.Backup, options.With(earlier)));
        var configured = format.Apply(content, options);
        var changes = Replace(file, configured);
        return changes.Count > 0 && IsFreeOfUs(content, format) ? [new FileChange(file.BackupPath, file.Backup, content, Like: file.Path), .. changes] : changes;
    }

    public static IEnumerable<FileChange> Remove(EngineFile file, IEngineFormat format, string program)
    {
        if (file.Content is not { } content)
            return [];
        var isExact = Earlier(file, format, program) is not null;
        if (isExact && file.Backup is null)
            return [new FileChange(file.Path, content, null)];
        var changes = Replace(file, isExact ? file.Backup! : format.Strip(content, file.Backup));
        // The file first: where the deletion is cut off, the next call finds nothing of ours in it, and deletes the backup.
        return file.Backup is null ? changes : [.. changes, new FileChange(file.BackupPath, file.Backup, null, Like: file.Path)];
    }

    // What we were told when the file became what it is, if nobody has edited it since.
    private static EngineOptions? Earlier(EngineFile file, IEngineFormat format, string program)
    {
        try
        {
            string[] programs = format.RegisteredProgram(file.Content!) is { } registered && registered != program ? [program, registered] : [program];
            return programs.SelectMany(EngineOptions.All).FirstOrDefault(options => format.Apply(file.Backup, options).AsSpan().SequenceEqual(file.Content));
        }
        catch (GpuRuntimeException)
        {
            // A backup that cannot have been ours, or a file that the caller is about to refuse.
            return null;
        }
    }

    private static bool IsFreeOfUs(byte[] content, IEngineFormat format) => format.Strip(content, null).AsSpan().SequenceEqual(content);

    private static List<FileChange> Replace(EngineFile file, byte[] after) =>
        file.Content.AsSpan().SequenceEqual(after) ? [] : [new FileChange(file.Path, file.Content, after)];
}
