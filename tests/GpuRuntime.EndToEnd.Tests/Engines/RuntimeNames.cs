namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Names under which the tests register OCI runtimes with engines.</summary>
internal static class RuntimeNames
{
    public const string GpuRuntime = "gpu-runtime";

    /// <summary>The low-level runtime by itself, which every Docker has registered.</summary>
    public const string Runc = "runc";

    /// <summary>runc, through a shell script that writes down the environment it was called with.</summary>
    public const string Recording = "recording";
}
