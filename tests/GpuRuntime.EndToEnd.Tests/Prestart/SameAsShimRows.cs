using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>What a container finds is the same, whether the shim or the hook gave it: files, links, nodes, mounts, and the loader's cache.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class SameAsShimRows(EngineKind kind) : DockerHookFixture(kind)
{
    [TestCase("all", "utility,compute")]
    [TestCase("device=0,2", "all")]
    [TestCase("device=1", "graphics,display")]
    public async Task A_container_finds_the_same(string flag, string capabilities)
    {
        foreach (var image in (TestImage[])[Glibc, Busybox])
        {
            var files = await ContainerContents.SameOfBothAsync(Docker, script => Gpus($"\"{flag}\"", image, "sh", "-c", script).With("NVIDIA_DRIVER_CAPABILITIES", capabilities));

            Assert.That(files, Has.Some.Contains("libnvidia").Or.Some.Contains("/etc/nvidia"));
        }
    }

    private protected override ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);
}
