using System.Collections.Immutable;

namespace GpuRuntime.Core.Engines;

/// <summary>What containerd needs to start pods with us.</summary>
internal static class ContainerdSettings
{
    private const string RuntimeType = "\"io.containerd.runc.v2\"";
    private const string LowLevelRuntime = "runc";
    private const string Annotations = "[\"gpu-runtime.io/*\"]";
    private const string EnableCdi = "enable_cdi";

    /// <param name="document">The admin's settings: config.toml without what is ours.</param>
    public static ImmutableArray<TomlSetting> Of(TomlDocument document, ContainerdVersion version, EngineOptions options)
    {
        var settings = ImmutableArray.CreateBuilder<TomlSetting>();
        if (document.Find("version") is null && document.IsEmpty)
            settings.Add(Version(version));
        foreach (var cri in version.Cri)
            settings.AddRange(Of(document, cri, version, options));
        return settings.ToImmutable();
    }

    public static TomlSetting Version(ContainerdVersion version) => new([], "version", $"{version.Number}");

    private static IEnumerable<TomlSetting> Of(TomlDocument document, ImmutableArray<string> cri, ContainerdVersion version, EngineOptions options)
    {
        ImmutableArray<string> containerd = [.. cri, "containerd"];
        ImmutableArray<string> runtimes = [.. containerd, "runtimes"];
        ImmutableArray<string> own = [.. runtimes, EngineOptions.RuntimeName];
        yield return new TomlSetting(own, "runtime_type", RuntimeType);
        yield return new TomlSetting(own, "pod_annotations", Annotations);
        // Those of our device plugin's answers are the container's.
        yield return new TomlSetting(own, "container_annotations", Annotations);
        yield return new TomlSetting([.. own, "options"], "BinaryName", EngineText.Quote(options.Program)) { IsProgram = true, Replaces = true };
        // The kubelet looks for the pods of all runtimes in the cgroups of one driver.
        if (document.NamesBelow(runtimes).Any(name => document.Find([.. runtimes, name, "options", "SystemdCgroup"])?.Switch == true))
            yield return new TomlSetting([.. own, "options"], "SystemdCgroup", "true");

        // containerd 1.6 and 1.7 know runc by themselves only until a file names any runtime; without it their CRI plugin does not load.
        if (!version.MergesImports && version.Cri[0] == cri && document.NamesBelow(runtimes).Count == 0)
            yield return new TomlSetting([.. runtimes, LowLevelRuntime], "runtime_type", RuntimeType);
        if (options.IsDefault)
            yield return new TomlSetting(containerd, "default_runtime_name", EngineText.Quote(EngineOptions.RuntimeName)) { IsDefault = true, Replaces = true };
        // containerd 2, which alone knows the second name, has CDI on.
        if (!options.Cdi || version.Cri[0] != cri)
            yield break;
        // Off unless said otherwise in 1.7, on in 2.0, deprecated in 2.2: version 3 needs the word only against one of the admin's.
        if (!version.MergesImports || document.Find([.. cri, EnableCdi])?.Switch == false)
            yield return new TomlSetting(cri, EnableCdi, "true") { IsCdi = true, Replaces = true };
        if (document.Find([.. cri, "cdi_spec_dirs"]) is null)
            yield return new TomlSetting(cri, "cdi_spec_dirs", CdiDirectories.Toml) { IsCdi = true };
    }
}
