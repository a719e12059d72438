using GpuRuntime.Core.Configuration;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands;

/// <summary>What every admin verb begins with.</summary>
internal static class AdminContext
{
    /// <exception cref="Core.Errors.GpuRuntimeException">The configuration cannot be used.</exception>
    public static EffectiveConfiguration Load(string? named) =>
        ConfigurationFile.Load(string.IsNullOrEmpty(named) ? Environment.GetEnvironmentVariable(ConfigurationFile.Variable) : named);
}
