using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>What bundles tell of containers. The annotations are written by hand as engines write them.</summary>
public sealed class BundleNamesTests
{
    private const string Id = "3f2a9c41d07be86512ac34fe90b7d6a85e1c2b3f4a5968778695a4b3c2d1e0ff";

    [TestCase("/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/ID", "docker")]
    [TestCase("/run/containerd/io.containerd.runtime.v2.task/moby/ID", "docker")]
    [TestCase("/run/containerd/io.containerd.runtime.v2.task/k8s.io/ID", "containerd")]
    [TestCase("/run/containerd/io.containerd.runtime.v2.task/default/ID", "containerd")]
    [TestCase("/var/lib/containers/storage/overlay-containers/ID/userdata", "podman")]
    [TestCase("/tmp/bundle", "oci")]
    public void Where_a_bundle_lies_tells_the_engine(string bundle, string engine) =>
        Assert.That(BundleNames.Of("ID", bundle, null), Is.EqualTo(new ContainerIdentity("ID", engine)));

    [Test]
    public void Containerd_tells_pod_namespace_and_container() => Assert.That(
        Of("/run/containerd/io.containerd.runtime.v2.task/k8s.io/ID", """
            {"annotations":{"io.kubernetes.cri.sandbox-name":"train-0","io.kubernetes.cri.sandbox-namespace":"ml","io.kubernetes.cri.container-name":"worker","io.kubernetes.cri.sandbox-uid":"u1"}}
            """),
        Is.EqualTo(new ContainerIdentity("ID", "containerd") { Pod = "train-0", PodNamespace = "ml", PodContainer = "worker", PodUid = "u1" }));

    [Test]
    public void CRI_O_is_told_from_podman_by_its_annotations() => Assert.That(
        Of("/run/containers/storage/overlay-containers/ID/userdata", """
            {"annotations":{"io.kubernetes.cri-o.ContainerType":"container","io.kubernetes.pod.name":"p","io.kubernetes.pod.namespace":"n","io.kubernetes.container.name":"c","io.kubernetes.pod.uid":"u"}}
            """),
        Is.EqualTo(new ContainerIdentity("ID", "cri-o") { Pod = "p", PodNamespace = "n", PodContainer = "c", PodUid = "u" }));

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("""{"annotations":[]}""")]
    [TestCase("""{"annotations":{"nerdctl/name":3}}""")]
    public void What_is_no_specification_tells_nothing(string config) => Assert.That(Of("/tmp/bundle", config), Is.EqualTo(new ContainerIdentity("ID", "oci")));

    [Test]
    public void Docker_keeps_the_name_beside_the_file_that_it_mounts_as_hostname()
    {
        var config = Encoding.UTF8.GetBytes($$"""{"mounts":[{"destination":"/proc","source":"proc"},{"destination":"/etc/hostname","source":"/var/lib/docker/containers/{{Id}}/hostname"}]}""");

        Assert.That(BundleNames.DockerDirectory(Id, config), Is.EqualTo($"/var/lib/docker/containers/{Id}"));
        Assert.That(BundleNames.DockerDirectory("another", config), Is.Null);
        Assert.That(BundleNames.DockerName("""{"Name":"/quiet_newton"}"""u8.ToArray()), Is.EqualTo("quiet_newton"));
        Assert.That(BundleNames.DockerName("""{"Name":"/"}"""u8.ToArray()), Is.Null);
    }

    [Test]
    public void No_bytes_make_it_fail() =>
        Check.QuickThrowOnFailure(Prop.ForAll<byte[]>(bytes =>
        {
            _ = BundleNames.Of("ID", "/tmp/bundle", bytes);
            _ = BundleNames.DockerDirectory("ID", bytes);
            return BundleNames.DockerName(bytes) is null;
        }));

    private static ContainerIdentity Of(string bundle, string config) => BundleNames.Of("ID", bundle, Encoding.UTF8.GetBytes(config));
}
