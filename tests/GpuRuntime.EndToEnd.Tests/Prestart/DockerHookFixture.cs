using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>
/// Docker as it comes: containers are made by its own runc, and no runtime is registered. Our hook lies on dockerd's PATH under the name that
/// Docker looks for.
/// </summary>
public abstract class DockerHookFixture(EngineKind kind) : DockerFixture(kind)
{
    private TestImage? _busybox;
    private TestImage? _glibc;

    private protected TestImage Busybox => _busybox!;

    private protected TestImage Glibc => _glibc!;

    /// <summary>A container of Docker's own runc with --gpus.</summary>
    private protected static ContainerRequest Gpus(string flag, TestImage image, params ReadOnlySpan<string> command) =>
        (ContainerRequest.Of(image, command) with { Runtime = RuntimeNames.Runc }).WithOptions("--gpus", flag);

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        File.CreateSymbolicLink(Path.Combine(programs, "nvidia-container-runtime-hook"), Programs.GpuRuntimeHook);
        return settings with { ProgramDirectory = programs };
    }

    private protected override ImmutableDictionary<string, string> Runtimes() => ImmutableDictionary<string, string>.Empty;

    private protected override async Task PrepareAsync()
    {
        _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
        _glibc = await ImportedAsync(TestImage.Glibc(Machine.Directory));
    }
}
