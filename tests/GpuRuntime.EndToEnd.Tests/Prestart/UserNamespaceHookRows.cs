using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>dockerd --userns-remap, its own runc and --gpus: file systems of the container's user namespace know only its own users.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class UserNamespaceHookRows(EngineKind kind) : DockerHookFixture(kind)
{
    [Test]
    public async Task The_GPU_opens_and_the_libraries_resolve_for_a_remapped_user([Values("0:0", "1234:1234")] string user)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 4), .. HostNodes.ForCompute];
        var script = $"{string.Join(' ', Probe.Open(nodes))}; exec {string.Join(' ', Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"))}";

        var result = await Docker.RunAsync(Gpus("\"device=0,4\"", Glibc, "sh", "-c", script).WithOptions("--user", user));

        Probe.AssertAllOpen(result, nodes);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task What_is_made_in_the_container_belongs_to_its_root()
    {
        var result = await Docker.RunAsync(Gpus("\"device=0\",\"capabilities=graphics,utility\"", Glibc, "sh", "-c",
            "stat -c %u:%g /etc/ld.so.cache /etc/ld.so.conf.d/zz-gpu-runtime.conf /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1 /dev/dri /etc/nvidia"));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo(Enumerable.Repeat("0:0", 5)));
    }

    [Test]
    public async Task Graphics_brings_its_links()
    {
        var result = await Docker.RunAsync(Gpus("device=0", Glibc, "ls", "/dev/dri/by-path").With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(HostNodes.ByPathLinks(Host, 0)));
    }

    private protected override EngineSettings Configure(EngineSettings settings) => RemappedDockerd.Configure(base.Configure(settings));
}
