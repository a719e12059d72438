using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Cdi;

/// <summary>Rows about an engine that reads CDI specifications of the fixture's, and runs containers by its own low-level runtime: no program of ours is registered.</summary>
public abstract class CdiFixture(EngineKind kind) : EngineFixture(kind)
{
    private TestImage? _busybox;

    private protected TestImage Busybox => _busybox!;

    private protected CdiDirectories Cdi => CdiDirectories.Of(Machine.Directory);

    /// <summary>A container with devices by their qualified names.</summary>
    private protected static ContainerRequest WithDevices(TestImage image, IEnumerable<string> devices, params ReadOnlySpan<string> command) =>
        (ContainerRequest.Of(image, command) with { Runtime = RuntimeNames.Runc })
            .WithOptions([.. devices.SelectMany(static device => (string[])["--device", device])]);

    // podman takes a runtime's path, every Docker knows runc by its name.
    private protected override ImmutableDictionary<string, string> Runtimes() =>
        Kind == EngineKind.PodmanWithCdi
            ? ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.Runc, Programs.Engine("runc"))
            : ImmutableDictionary<string, string>.Empty;

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
