using GpuRuntime.Core.Configuration;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>Our own config.json.</summary>
internal static class ConfigurationTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var effective = ConfigurationReader.Read(input, "/etc/gpu-runtime/config.json");
        foreach (var key in ConfigurationKey.All)
            _ = key.Get(effective.Values);
        Broken.Unless(effective.Origins.Keys.All(name => ConfigurationKey.All.Any(key => key.Name == name)), "every origin is that of a key");
    }
}
