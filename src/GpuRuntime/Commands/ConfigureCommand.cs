using System.Collections.Immutable;
using System.CommandLine;
using GpuRuntime.Core.Engines;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime configure ENGINE</c>: registers this program as a runtime of an engine, or takes the registration away. Restarts nothing.</summary>
internal static class ConfigureCommand
{
    public static Command Create()
    {
        var command = new Command("configure", "Register gpu-runtime with an engine, in the engine's own configuration file.")
        {
            Engine(EngineKind.Docker, "docker", "daemon.json"),
            Engine(EngineKind.Containerd, "containerd", "config.toml; from its version 3 on, our settings are in conf.d/99-gpu-runtime.toml beside it"),
            Engine(EngineKind.Crio, "crio", "our own drop-in file"),
            Engine(EngineKind.Podman, "podman", "our own drop-in file"),
        };
        return command;
    }

    private static Command Engine(EngineKind kind, string name, string what)
    {
        var file = new Option<string?>("--file") { Description = $"The file to edit: {what} (default: {EngineConfiguration.DefaultPath(kind)})", HelpName = "PATH" };
        var isDefault = new Option<bool>("--default") { Description = "Also make it the runtime of containers that name none" };
        var cdi = new Option<bool>("--cdi") { Description = "Also switch the engine's own CDI support on" };
        var remove = new Option<bool>("--remove") { Description = "Take away what configure added, and nothing else" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the changes as a unified diff, and make none" };
        var command = new Command(name, $"Edit {EngineConfiguration.DefaultPath(kind)}.") { file, isDefault, cdi, remove, dryRun };
        command.SetAction(result => Run(
            kind,
            Path.GetFullPath(result.GetValue(file) is { Length: > 0 } named ? named : EngineConfiguration.DefaultPath(kind)),
            result.GetValue(remove) ? null : new EngineOptions(OwnProgram.Path, result.GetValue(isDefault), result.GetValue(cdi)),
            result.GetValue(dryRun)));
        command.Validators.Add(result =>
        {
            if (result.GetValue(remove) && (result.GetValue(isDefault) || result.GetValue(cdi)))
                result.AddError("--remove takes everything away: it goes with neither --default nor --cdi.");
        });
        return command;
    }

    /// <param name="options"><see langword="null"/>: take the registration away.</param>
    private static int Run(EngineKind kind, string path, EngineOptions? options, bool dryRun)
    {
        var files = Read(kind, path);
        var plan = options is null ? EngineConfiguration.Remove(kind, files, OwnProgram.Path) : EngineConfiguration.Configure(kind, files, options);
        foreach (var note in plan.Notes)
            Console.Error.WriteLine($"gpu-runtime: {note}");
        if (dryRun)
        {
            foreach (var change in plan.Changes.Where(change => !change.IsBackup))
                Console.Out.Write(UnifiedDiff.Of(change));
            return 0;
        }

        foreach (var change in plan.Changes)
            Make(change);
        if (plan.Changes.IsEmpty)
            Console.Out.WriteLine(options is null ? $"Nothing to remove: {path} has nothing of gpu-runtime's." : $"Nothing to change: {path} is as it should be.");
        else if (EngineConfiguration.RestartCommand(kind) is { } restart)
            Console.Out.WriteLine($"To take effect, run: {restart}");
        return 0;
    }

    private static void Make(FileChange change)
    {
        if (change.After is { } content)
            AdminFile.Write(change.Path, content, change.Like);
        else
            AdminFile.Delete(change.Path);
        Console.Out.WriteLine((change.IsBackup, change.After, change.Before) switch
        {
            (true, null, _) => $"deleted the backup {PrintableText.Of(change.Path)}",
            (true, _, _) => $"kept the file as it was in {PrintableText.Of(change.Path)}",
            (_, null, _) => $"deleted {PrintableText.Of(change.Path)}",
            (_, _, null) => $"wrote {PrintableText.Of(change.Path)}",
            _ => $"edited {PrintableText.Of(change.Path)}",
        });
    }

    private static ImmutableArray<EngineFile> Read(EngineKind kind, string path)
    {
        var file = Read(path);
        if (kind != EngineKind.Containerd)
            return [file];
        var dropIn = EngineConfiguration.DropInPath(path);
        var imported = EngineConfiguration.Imports(file).SelectMany(Matches).Where(match => match != dropIn && match != path).Distinct();
        return [file, Read(dropIn), .. imported.Select(Read)];
    }

    private static EngineFile Read(string path) => new(path, AdminFile.Read(path), AdminFile.Read(EngineFile.BackupOf(path)));

    // As containerd: what a pattern matches, in the order of names; a plain path is itself. Only the last part may have wildcards here.
    private static IEnumerable<string> Matches(string pattern)
    {
        var directory = Path.GetDirectoryName(pattern);
        return pattern.AsSpan().ContainsAny('*', '?')
            ? Directory.Exists(directory) ? Directory.EnumerateFiles(directory).Where(path => EngineConfiguration.IsImported(pattern, path)).Order(StringComparer.Ordinal) : []
            : [pattern];
    }
}
