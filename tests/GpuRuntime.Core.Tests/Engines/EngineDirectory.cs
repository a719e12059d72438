using System.Collections.Immutable;
using GpuRuntime.Core.Engines;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>An engine's configuration files, without a disk.</summary>
internal sealed class EngineDirectory(EngineKind kind)
{
    public const string Program = "/usr/local/bin/gpu-runtime";

    private readonly Dictionary<string, byte[]> _files = [];

    public string MainPath { get; } = EngineConfiguration.DefaultPath(kind);

    public string DropInPath => EngineConfiguration.DropInPath(MainPath);

    public byte[]? Main
    {
        get => this[MainPath];
        set => this[MainPath] = value;
    }

    public byte[]? DropIn => this[DropInPath];

    public byte[]? Backup => this[EngineFile.BackupOf(MainPath)];

    public IEnumerable<string> Paths => _files.Keys.Order(StringComparer.Ordinal);

    public byte[]? this[string path]
    {
        get => _files.GetValueOrDefault(path);
        set
        {
            if (value is null)
                _files.Remove(path);
            else
                _files[path] = value;
        }
    }

    public EnginePlan Configure(bool isDefault = false, bool cdi = false, string program = Program) =>
        Done(EngineConfiguration.Configure(kind, Files(), new EngineOptions(program, isDefault, cdi)));

    public EnginePlan Remove(string program = Program) => Done(EngineConfiguration.Remove(kind, Files(), program));

    private EnginePlan Done(EnginePlan plan)
    {
        foreach (var change in plan.Changes)
        {
            Assert.That(change.Before, Is.EqualTo(this[change.Path]), $"what is said to be in {change.Path}");
            this[change.Path] = change.After;
        }

        return plan;
    }

    private ImmutableArray<EngineFile> Files()
    {
        if (kind != EngineKind.Containerd)
            return [File(MainPath)];
        var imports = EngineConfiguration.Imports(File(MainPath));
        var imported = _files.Keys.Where(path => path != DropInPath && imports.Any(pattern => EngineConfiguration.IsImported(pattern, path)));
        return [File(MainPath), File(DropInPath), .. imported.Select(File)];
    }

    private EngineFile File(string path) => new(path, this[path], this[EngineFile.BackupOf(path)]);
}
