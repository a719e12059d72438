using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>The files of packaging/ that keep CDI specifications fresh.</summary>
internal static class Packaged
{
    public const string Service = "gpu-runtime-cdi-refresh.service";
    public const string PathUnit = "gpu-runtime-cdi-refresh.path";
    public const string Timer = "gpu-runtime-cdi-refresh.timer";
    public const string Rules = "60-gpu-runtime.rules";

    public static ImmutableArray<string> Units { get; } = [Service, PathUnit, Timer];

    public static string RulesFile { get; } = Path.Combine(Repository.Root, "packaging/udev", Rules);

    /// <summary>What the rules have udev run.</summary>
    public static string RulesCommand { get; } = File.ReadLines(RulesFile).Single(static line => line.StartsWith("RUN", StringComparison.Ordinal)).Split('"')[1];

    public static string UnitFile(string name) => Path.Combine(Repository.Root, "packaging/systemd", name);
}
