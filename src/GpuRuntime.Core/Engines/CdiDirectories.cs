using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Core.Engines;

/// <summary>Where engines look for CDI specifications.</summary>
internal static class CdiDirectories
{
    public static string Toml { get; } = $"[{string.Join(", ", RuntimeConfiguration.Default.CdiSpecDirectories.Select(EngineText.Quote))}]";
}
