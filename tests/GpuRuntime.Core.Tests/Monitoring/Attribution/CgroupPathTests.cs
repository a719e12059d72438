using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>
/// Which container a process's cgroups name. The paths of Docker, podman and ctr with cgroupfs are what real engines make, those of systemd's driver
/// and of Kubernetes are made by hand from the engines' rules.
/// </summary>
public sealed class CgroupPathTests
{
    private const string Id = "4a7d1f0e9b3c5a6d8e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";
    private const string Inner = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string Uid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098";
    private const string SliceUid = "8f3c2b1a_0d9e_4c7b_a6f5_e4d3c2b1a098";
    private const string Hash = "0123456789abcdef0123456789abcdef";

    [TestCase($"/docker/{Id}", "docker")]
    [TestCase($"/system.slice/docker-{Id}.scope", "docker")]
    [TestCase($"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{Id}.scope", "docker")]
    [TestCase($"/my-parent/libpod-{Id}", "podman")]
    [TestCase($"/libpod_parent/libpod-{Id}", "podman")]
    [TestCase($"/machine.slice/libpod-{Id}.scope", "podman")]
    [TestCase($"/machine.slice/libpod-{Id}.scope/container", "podman")]
    [TestCase($"/machine.slice/machine-libpod_pod_{Inner}.slice/libpod-{Id}.scope/container", "podman", Description = "Of a pod.")]
    [TestCase($"/libpod_parent/{Inner}/libpod-{Id}", "podman", Description = "Of a pod.")]
    [TestCase($"/system.slice/web.service/libpod-payload-{Id}", "podman", Description = "Of a quadlet.")]
    [TestCase($"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope/container", "podman")]
    [TestCase($"/system.slice/cri-containerd-{Id}.scope", "containerd")]
    [TestCase($"/system.slice/nerdctl-{Id}.scope", "containerd")]
    [TestCase($"/k8s.io/{Id}", "containerd")]
    [TestCase($"/default/{Id}", "containerd")]
    [TestCase($"/machine.slice/crio-{Id}.scope", "cri-o")]
    [TestCase($"/docker/{Id}/init", "docker")]
    [TestCase($"/../../docker/{Id}", "docker")]
    public void The_cgroup_of_an_engine_names_its_container(string path, string engine)
    {
        var container = new ContainerIdentity(Id, engine);

        Assert.That(CgroupPath.Container($"0::{path}\n"), Is.EqualTo(container));
        Assert.That(CgroupPath.Container($"12:pids:{path}\n11:cpu,cpuacct:{path}\n1:name=systemd:{path}\n0::/\n"), Is.EqualTo(container));
    }

    [TestCase($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{SliceUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    [TestCase($"/kubepods.slice/kubepods-pod{SliceUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    [TestCase($"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{SliceUid}.slice/crio-{Id}.scope", "cri-o", Uid)]
    [TestCase($"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{SliceUid}.slice/docker-{Id}.scope", "docker", Uid)]
    [TestCase($"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{SliceUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    [TestCase($"/kubepods/burstable/pod{Uid}/{Id}", "containerd", Uid)]
    [TestCase($"/kubepods/pod{Uid}/{Id}", "containerd", Uid)]
    [TestCase($"/kubepods/besteffort/pod{Uid}/crio-{Id}", "cri-o", Uid)]
    [TestCase($"/kubepods/burstable/pod{Hash}/{Id}", "containerd", Hash)]
    [TestCase($"/system.slice/containerd.service/kubepods-burstable-pod{SliceUid}.slice:cri-containerd:{Id}", "containerd", Uid)]
    [TestCase($"/kubelet/kubepods/burstable/pod{Uid}/{Id}", "containerd", Uid)]
    public void A_pods_cgroup_tells_the_pods_uid_too_hand_made(string path, string engine, string uid) =>
        Assert.That(CgroupPath.Container($"0::{path}\n"), Is.EqualTo(new ContainerIdentity(Id, engine) { PodUid = uid }));

    [TestCase($"/docker/{Id}/docker/{Inner}", "docker", null)]
    [TestCase($"/system.slice/docker-{Id}.scope/system.slice/docker-{Inner}.scope", "docker", null)]
    [TestCase($"/docker/{Id}/libpod_parent/libpod-{Inner}", "docker", null)]
    [TestCase($"/docker/{Id}/kubelet/kubepods/burstable/pod{Uid}/{Inner}", "docker", null, Description = "A node of kind.")]
    [TestCase($"/kubepods/burstable/pod{Uid}/{Id}/docker/{Inner}", "containerd", Uid)]
    public void Of_nested_containers_the_outermost_is_meant_which_is_the_hosts(string path, string engine, string? uid) =>
        Assert.That(CgroupPath.Container($"0::{path}\n"), Is.EqualTo(new ContainerIdentity(Id, engine) { PodUid = uid }));

    [TestCase("/", ExpectedResult = null)]
    [TestCase("/init.scope", ExpectedResult = null)]
    [TestCase("/user.slice/user-1000.slice/session-3.scope", ExpectedResult = null)]
    [TestCase("/system.slice/docker.service", ExpectedResult = null)]
    [TestCase($"/machine.slice/libpod-conmon-{Id}.scope", Description = "It watches over a container, and runs on the host.", ExpectedResult = null)]
    [TestCase($"/machine.slice/crio-conmon-{Id}.scope", ExpectedResult = null)]
    [TestCase("/docker/abc", ExpectedResult = null)]
    [TestCase($"/docker/{Id}0", ExpectedResult = null)]
    [TestCase($"/docker/{Id}/../..", Description = "No path that the kernel prints, and still only a name.", ExpectedResult = Id)]
    [TestCase($"/mine/{Id}", ExpectedResult = null)]
    [TestCase("/docker/4A7D1F0E9B3C5A6D8E2F1A0B9C8D7E6F5A4B3C2D1E0F9A8B7C6D5E4F3A2B1C0D", ExpectedResult = null)]
    [TestCase($"/kubepods/burstable/pod{Uid}", ExpectedResult = null)]
    [TestCase($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{SliceUid}.slice", ExpectedResult = null)]
    [TestCase("/podman/pod1/x", ExpectedResult = null)]
    [TestCase("/default", ExpectedResult = null)]
    [TestCase("/default/", ExpectedResult = null)]
    [TestCase("/default/a b", ExpectedResult = null)]
    [TestCase("/default/-a", ExpectedResult = null)]
    [TestCase("/default/user.slice", ExpectedResult = null)]
    [TestCase("/mine/default/web", ExpectedResult = null)]
    [TestCase("/mine/../default/web", ExpectedResult = null)]
    [TestCase($"a:b:{Id}", ExpectedResult = null)]
    public string? What_no_engine_has_made_names_no_container(string path) => CgroupPath.Container($"0::{path}\n")?.Id;

    [TestCase("/default/web", "web")]
    [TestCase("/default/web-1.test_2/below", "web-1.test_2")]
    [TestCase("/../../default/web", "web")]
    public void Of_ctr_people_choose_the_id(string path, string id) => Assert.That(CgroupPath.Container($"0::{path}\n"), Is.EqualTo(new ContainerIdentity(id, "containerd")));

    [Test]
    public void On_a_hybrid_host_the_hierarchy_that_names_a_container_counts()
    {
        Assert.That(CgroupPath.Container($"4:devices:/docker/{Id}\n3:cpu:/\n0::/system.slice/docker.service\n")?.Id, Is.EqualTo(Id));
        Assert.That(CgroupPath.Container($"4:devices:/\n0::/docker/{Id}\n")?.Id, Is.EqualTo(Id));
    }

    [Test]
    public void Paths_are_listed_once_and_roots_are_none() =>
        Assert.That(CgroupPath.Paths("3:cpu:/a\n2:pids:/a\n1:name=systemd:/b:c\n0::/\nno line\n"), Is.EqualTo((string[])["/a", "/b:c"]));

    [Test]
    public void No_text_throws_and_what_is_named_stands_in_it()
    {
        var parts = Gen.Elements("/", "docker", "docker-", Id, Inner, ".scope", ".slice", "kubepods", "-", "pod", Uid, SliceUid, ":", "0::", "\n", "libpod-", "default/", "\0", "é", "..", " ");
        var paths = parts.ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(paths, IsSane).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => IsSane(text ?? "")).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        static bool IsSane(string text)
        {
            _ = CgroupPath.Paths(text);
            return CgroupPath.Container(text) is not { } container || (text.Contains(container.Id, StringComparison.Ordinal) && container.Id.Length is > 0 and <= 76);
        }
    }
}
