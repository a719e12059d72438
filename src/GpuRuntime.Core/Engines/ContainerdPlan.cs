using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>Which of containerd's files holds what.</summary>
/// <remarks>
/// containerd 1.6 and 1.7 take a plugin's section whole from the last file that has one: a drop-in with our runtime alone replaces the admin's
/// registry, sandbox image and runtimes, as <c>containerd config dump</c> shows, and a copy of the admin's section in it would go stale unseen.
/// Files of version 1 and 2 may be read by them, so our settings go into config.toml itself, as a block at its end. Version 3 is read by
/// containerd 2 alone, which merges imported files key by key: there a drop-in holds them, and config.toml gets no more than the import.
/// </remarks>
internal static class ContainerdPlan
{
    public static EnginePlan Configure(EngineFile main, EngineFile dropIn, ImmutableArray<EngineFile> imported, EngineOptions options)
    {
        var document = Admins(main);
        var version = ContainerdVersion.Of(document, main.Path);
        var notes = Notes(document, version, options);
        if (!version.MergesImports)
        {
            RefuseReplacedSection(main, version, imported);
            return new EnginePlan([.. EnginePlanner.Configure(main, InMain(main), options)], notes);
        }

        TomlFormat.RefuseOthers(main.Path, document, ContainerdSettings.Of(document, version, options));
        // The import last: until then no file names what is not there.
        return new EnginePlan(
            [.. EnginePlanner.Configure(dropIn, InDropIn(dropIn, document, version), options), .. EnginePlanner.Configure(main, new ContainerdImports(main.Path, dropIn.Path), options)], notes);
    }

    public static ImmutableArray<FileChange> Remove(EngineFile main, EngineFile dropIn, string program)
    {
        var document = Admins(main);
        var version = ContainerdVersion.Of(document, main.Path);
        IEngineFormat format = version.MergesImports ? new ContainerdImports(main.Path, dropIn.Path) : InMain(main);
        return [.. EnginePlanner.Remove(main, format, program), .. EnginePlanner.Remove(dropIn, InDropIn(dropIn, document, version), program)];
    }

    private static TomlFormat InMain(EngineFile main) =>
        new(main.Path, (document, options) => ContainerdSettings.Of(document, ContainerdVersion.Of(document, main.Path), options));

    private static TomlFormat InDropIn(EngineFile dropIn, TomlDocument main, ContainerdVersion version) =>
        new(dropIn.Path, (_, options) => [ContainerdSettings.Version(version), .. ContainerdSettings.Of(main, version, options)]);

    private static TomlDocument Admins(EngineFile file) => TomlDocument.Parse(MarkedBlock.Split(EngineText.Decode(file.Content, file.Path).Text, file.Path).Outside, file.Path);

    private static void RefuseReplacedSection(EngineFile main, ContainerdVersion version, ImmutableArray<EngineFile> imported)
    {
        foreach (var file in imported)
        {
            if (Admins(file).NamesBelow(version.Cri[0]).Count > 0)
            {
                throw new GpuRuntimeException(
                    ErrorCode.EngineConfigurationTaken,
                    $"containerd 1.x takes its Kubernetes settings from {file.Path}, which {main.Path} imports, and none of those in {main.Path} itself: name that file with --file; nothing is changed.");
            }
        }
    }

    private static ImmutableArray<string> Notes(TomlDocument document, ContainerdVersion version, EngineOptions options)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (document.Find("disabled_plugins")?.Texts.Any(plugin => plugin is "cri" or "io.containerd.grpc.v1.cri" or "io.containerd.cri.v1.runtime") == true)
            notes.Add("disabled_plugins has cri, containerd's side of Kubernetes: until it is on again, nothing uses this runtime. Docker does not need it here.");
        if (options.Cdi && !version.MergesImports)
            notes.Add("CDI needs containerd 1.7 or newer; 1.6 has none.");
        return notes.ToImmutable();
    }
}
