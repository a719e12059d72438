using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Rows that use what only Docker has.</summary>
public abstract class DockerFixture(EngineKind kind = EngineKind.DockerOnCgroupV1) : EngineFixture(kind)
{
    private protected PrivateDockerd Docker => (PrivateDockerd)Engine;

    private protected static ContainerRequest Asking(TestImage image, string devices, ImmutableArray<string> command) =>
        ContainerRequest.Of(image, command.AsSpan()).With("NVIDIA_VISIBLE_DEVICES", devices);
}
