namespace GpuRuntime.Core.Engines;

/// <summary>Where engines look for CDI specifications.</summary>
internal static class CdiDirectories
{
    public const string Toml = "[\"/etc/cdi\", \"/var/run/cdi\"]";
}
