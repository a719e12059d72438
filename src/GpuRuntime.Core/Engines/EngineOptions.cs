using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>What to tell an engine.</summary>
/// <param name="Program">Absolute path of the runtime.</param>
/// <param name="IsDefault">Containers that name no runtime get this one.</param>
/// <param name="Cdi">Switch the engine's own CDI support on.</param>
public sealed record EngineOptions(string Program, bool IsDefault = false, bool Cdi = false)
{
    /// <summary>The name that we are registered under.</summary>
    public const string RuntimeName = "gpu-runtime";

    /// <summary>Both together: what was switched on stays on.</summary>
    public EngineOptions With(EngineOptions other) => this with { IsDefault = IsDefault || other.IsDefault, Cdi = Cdi || other.Cdi };

    /// <summary>Every way in which a program may have been registered.</summary>
    internal static EngineOptions[] All(string program) =>
        [new(program), new(program, IsDefault: true), new(program, Cdi: true), new(program, IsDefault: true, Cdi: true)];

    /// <summary>Our name is somebody else's in a file.</summary>
    internal static GpuRuntimeException Taken(string name, string? program) => new(
        ErrorCode.EngineConfigurationTaken,
        $"{name} registers another program as the runtime {RuntimeName}{(program is null ? "" : $" ({PrintableText.Quote(program)})")}; remove that entry first, the file stays as it is.");

    /// <summary>Whether a registered program is one of ours, perhaps of an earlier place of installation.</summary>
    internal static bool IsOurs(string? program) => program is not null && program[(program.LastIndexOf('/') + 1)..] == RuntimeName;
}
