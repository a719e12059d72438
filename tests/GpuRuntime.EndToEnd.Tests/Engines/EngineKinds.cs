namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Sources of parametrised fixtures.</summary>
internal static class EngineKinds
{
    public static IEnumerable<EngineKind> All => Enum.GetValues<EngineKind>();
}
