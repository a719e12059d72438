using System.Collections.Immutable;

namespace GpuRuntime.Core.Engines;

/// <summary>What CRI-O and podman need, whose drop-in files are merged key by key.</summary>
internal static class DropInSettings
{
    public static ImmutableArray<TomlSetting> Crio(EngineOptions options)
    {
        ImmutableArray<string> runtime = ["crio", "runtime"];
        ImmutableArray<string> own = [.. runtime, "runtimes", EngineOptions.RuntimeName];
        return
        [
            .. Switch(options.IsDefault, new TomlSetting(runtime, "default_runtime", EngineText.Quote(EngineOptions.RuntimeName)) { IsDefault = true, Replaces = true }),
            .. Switch(options.Cdi, new TomlSetting(runtime, "cdi_spec_dirs", CdiDirectories.Toml) { IsCdi = true }),
            new TomlSetting(own, "runtime_path", EngineText.Quote(options.Program)) { IsProgram = true, Replaces = true },
            new TomlSetting(own, "runtime_type", "\"oci\""),
        ];
    }

    public static ImmutableArray<TomlSetting> Podman(EngineOptions options) =>
    [
        .. Switch(options.IsDefault, new TomlSetting(["engine"], "runtime", EngineText.Quote(EngineOptions.RuntimeName)) { IsDefault = true, Replaces = true }),
        new TomlSetting(["engine", "runtimes"], EngineOptions.RuntimeName, $"[{EngineText.Quote(options.Program)}]") { IsProgram = true, Replaces = true },
    ];

    private static IEnumerable<TomlSetting> Switch(bool isOn, TomlSetting setting) => isOn ? [setting] : [];
}
