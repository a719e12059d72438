namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Sources of parametrised fixtures.</summary>
internal static class EngineKinds
{
    /// <summary>The machine's own engines, each in every way that it can be run.</summary>
    public static IEnumerable<EngineKind> All => Enum.GetValues<EngineKind>().Except(WithCdi);

    /// <summary>Engines that take CDI devices on their command line.</summary>
    public static IEnumerable<EngineKind> WithCdi => [EngineKind.Docker26, EngineKind.Docker28, EngineKind.PodmanWithCdi];
}
