using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>Who a container is by its bundle. The annotations are made by hand from what the engines document.</summary>
public sealed class BundleNamesTests
{
    private const string Id = "4a7d1f0e9b3c5a6d8e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";

    [TestCase($"/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/{Id}", "docker")]
    [TestCase($"/run/containerd/io.containerd.runtime.v2.task/moby/{Id}", "docker")]
    [TestCase($"/run/containerd/io.containerd.runtime.v2.task/k8s.io/{Id}", "containerd")]
    [TestCase("/run/containerd/io.containerd.runtime.v2.task/default/web", "containerd")]
    [TestCase("/run/containerd/io.containerd.runtime.v2.task/mobydick/web", "containerd")]
    [TestCase($"/var/lib/containers/storage/overlay-containers/{Id}/userdata", "podman")]
    [TestCase($"/var/lib/containers/storage/vfs-containers/{Id}/userdata", "podman")]
    [TestCase("/srv/bundles/web", "oci")]
    public void The_bundles_place_tells_the_engine(string bundle, string engine) => Assert.That(BundleNames.Of(Id, bundle, null), Is.EqualTo(new ContainerIdentity(Id, engine)));

    [Test]
    public void Containerds_annotations_tell_the_pod()
    {
        var identity = Of("/run/containerd/io.containerd.runtime.v2.task/k8s.io/x", """
            {
              "io.kubernetes.cri.container-type": "container",
              "io.kubernetes.cri.container-name": "trainer",
              "io.kubernetes.cri.sandbox-name": "job-0",
              "io.kubernetes.cri.sandbox-namespace": "team-a",
              "io.kubernetes.cri.sandbox-uid": "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098"
            }
            """);

        Assert.That(identity, Is.EqualTo(new ContainerIdentity(Id, "containerd") { Pod = "job-0", PodNamespace = "team-a", PodUid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098", PodContainer = "trainer" }));
    }

    [Test]
    public void CRI_Os_annotations_tell_the_pod_and_the_engine()
    {
        var identity = Of("/var/lib/containers/storage/overlay-containers/x/userdata", """
            {
              "io.container.manager": "cri-o",
              "io.kubernetes.cri-o.ContainerType": "container",
              "io.kubernetes.cri-o.Name": "k8s_trainer_job-0_team-a_8f3c_0",
              "io.kubernetes.container.name": "trainer",
              "io.kubernetes.pod.name": "job-0",
              "io.kubernetes.pod.namespace": "team-a",
              "io.kubernetes.pod.uid": "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098"
            }
            """);

        Assert.That(identity, Is.EqualTo(new ContainerIdentity(Id, "cri-o") { Pod = "job-0", PodNamespace = "team-a", PodUid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098", PodContainer = "trainer" }));
    }

    [Test]
    public void Nerdctls_annotation_is_the_containers_name() =>
        Assert.That(Of("/run/containerd/io.containerd.runtime.v2.task/default/x", """{"nerdctl/name": "web"}"""), Is.EqualTo(new ContainerIdentity(Id, "containerd") { Name = "web" }));

    [Test]
    public void Podmans_annotation_tells_the_engine_wherever_its_storage_is() =>
        Assert.That(Of("/srv/storage/x", """{"io.container.manager": "libpod"}"""), Is.EqualTo(new ContainerIdentity(Id, "podman")));

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("7")]
    [TestCase("""{"annotations": []}""")]
    [TestCase("""{"annotations": {"nerdctl/name": 7, "io.kubernetes.pod.name": {}, "io.kubernetes.container.name": ""}}""")]
    public void What_is_no_name_is_none(string config)
    {
        Assert.That(BundleNames.Of(Id, "/b", Encoding.UTF8.GetBytes(config)), Is.EqualTo(new ContainerIdentity(Id, "oci")));
        Assert.That(BundleNames.DockerDirectory(Id, Encoding.UTF8.GetBytes(config)), Is.Null);
        Assert.That(BundleNames.DockerName(Encoding.UTF8.GetBytes(config)), Is.Null);
    }

    [TestCase($"/var/lib/docker/containers/{Id}/hostname", "/etc/hostname", ExpectedResult = $"/var/lib/docker/containers/{Id}")]
    [TestCase($"/srv/data/containers/{Id}/hostname", "/etc/hostname", ExpectedResult = $"/srv/data/containers/{Id}")]
    [TestCase($"/var/lib/docker/containers/{Id}/hosts", "/etc/hosts", ExpectedResult = null)]
    [TestCase("/var/lib/docker/containers/other/hostname", "/etc/hostname", ExpectedResult = null)]
    [TestCase($"containers/{Id}/hostname", "/etc/hostname", ExpectedResult = null)]
    [TestCase($"/home/user/containers/{Id}/hostname", "/data", Description = "A volume that the user chose.", ExpectedResult = null)]
    public string? Dockers_directory_is_found_by_the_file_that_it_mounts(string source, string destination) =>
        BundleNames.DockerDirectory(Id, Encoding.UTF8.GetBytes($$"""{"mounts": [{"destination": "/proc"}, 7, {"destination": "{{destination}}", "source": "{{source}}"}]}"""));

    [TestCase("""{"Name": "/web"}""", ExpectedResult = "web")]
    [TestCase("""{"Name": "/"}""", ExpectedResult = null)]
    [TestCase("""{"Name": null}""", ExpectedResult = null)]
    public string? Dockers_own_file_tells_the_name(string file) => BundleNames.DockerName(Encoding.UTF8.GetBytes(file));

    [TestCase("{\"annotations\": {\"nerdctl/name\": \"\\ud800\", \"io.kubernetes.pod.name\": \"job-0\"}}", ExpectedResult = "job-0", Description = "The other names count.")]
    [TestCase("{\"annotations\": {\"nerdctl\\ud800name\": \"a\", \"\\udfffio.kubernetes.pod.name\": \"job-0\"}}", ExpectedResult = null)]
    public string? Half_a_surrogate_pair_is_no_text(string config)
    {
        var identity = BundleNames.Of(Id, "/b", Encoding.UTF8.GetBytes(config));
        Assert.That(identity.Name, Is.Null);
        return identity.Pod;
    }

    [Test]
    public void A_name_that_no_engine_takes_is_none() =>
        Assert.That(Of("/b", $$"""{"nerdctl/name": "{{new string('a', 256)}}", "io.kubernetes.pod.name": "{{new string('b', 255)}}"}"""), Is.EqualTo(new ContainerIdentity(Id, "oci") { Pod = new string('b', 255) }));

    [Test]
    public void No_text_throws() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        foreach (var config in (string[])[text ?? "", $$$"""{"annotations": {{{text}}}}""", $$$"""{"mounts": [{{{text}}}], "Name": {{{text}}}}"""])
        {
            var bytes = Encoding.UTF8.GetBytes(config);
            _ = (BundleNames.Of(Id, text ?? "", bytes), BundleNames.DockerDirectory(Id, bytes), BundleNames.DockerName(bytes));
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static ContainerIdentity Of(string bundle, string annotations) => BundleNames.Of(Id, bundle, Encoding.UTF8.GetBytes($$"""{"ociVersion": "1.0.2", "annotations": {{annotations}}}"""));
}
