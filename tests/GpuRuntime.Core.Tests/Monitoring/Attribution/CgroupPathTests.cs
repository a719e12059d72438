using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Attribution;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>The container in a process's cgroups. The paths are written by hand as engines make them; what real engines make is tried end to end.</summary>
public sealed class CgroupPathTests
{
    private const string Id = "3f2a9c41d07be86512ac34fe90b7d6a85e1c2b3f4a5968778695a4b3c2d1e0ff";
    private const string Inner = "0011223344556677889900aabbccddeeff00112233445566778899aabbccddee";
    private const string Uid = "8f3c2b1a-4d5e-4f60-8172-93a4b5c6d7e8";
    private const string UnderscoredUid = "8f3c2b1a_4d5e_4f60_8172_93a4b5c6d7e8";
    private const string StaticUid = "0123456789abcdef0123456789abcdef";

    [TestCase($"0::/system.slice/docker-{Id}.scope", "docker", TestName = "Docker_by_systemd")]
    [TestCase($"12:devices:/docker/{Id}\n0::/", "docker", TestName = "Docker_by_cgroupfs_on_version_1")]
    [TestCase($"0::/docker/{Id}", "docker", TestName = "Docker_by_cgroupfs_on_version_2")]
    [TestCase($"0::/machine.slice/libpod-{Id}.scope/container", "podman", TestName = "Podman_by_systemd")]
    [TestCase($"0::/libpod_parent/libpod-{Id}", "podman", TestName = "Podman_by_cgroupfs")]
    [TestCase($"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope", "podman", TestName = "Podman_of_a_user")]
    [TestCase($"0::/system.slice/nerdctl-{Id}.scope", "containerd", TestName = "Nerdctl")]
    [TestCase($"0::/default/{Id}", "containerd", TestName = "Containerd_by_cgroupfs")]
    public void An_engines_names_give_the_container(string cgroups, string engine)
    {
        var container = CgroupPath.Container(cgroups);

        Assert.That((container?.Id, container?.Engine, container?.PodUid), Is.EqualTo((Id, engine, (string?)null)));
    }

    [TestCase($"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UnderscoredUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    [TestCase($"0::/kubepods.slice/kubepods-pod{UnderscoredUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    [TestCase($"0::/kubepods/burstable/pod{Uid}/{Id}", "containerd", Uid)]
    [TestCase($"0::/kubepods/besteffort/pod{StaticUid}/{Id}", "containerd", StaticUid)]
    [TestCase($"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{UnderscoredUid}.slice/crio-{Id}.scope", "cri-o", Uid)]
    [TestCase($"0::/kubepods/pod{Uid}/crio-{Id}", "cri-o", Uid)]
    [TestCase($"0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{UnderscoredUid}.slice/cri-containerd-{Id}.scope", "containerd", Uid)]
    public void Kubernetes_gives_the_pod_as_well(string cgroups, string engine, string uid)
    {
        var container = CgroupPath.Container(cgroups);

        Assert.That((container?.Id, container?.Engine, container?.PodUid), Is.EqualTo((Id, engine, uid)));
    }

    [TestCase("")]
    [TestCase("0::/")]
    [TestCase("0::/init.scope")]
    [TestCase("0::/system.slice/docker.service")]
    [TestCase("0::/user.slice/user-0.slice/session-1.scope")]
    [TestCase($"0::/machine.slice/libpod-conmon-{Id}.scope", TestName = "What_watches_over_a_container_is_not_in_it")]
    [TestCase($"0::/kubepods.slice/kubepods-pod{UnderscoredUid}.slice", TestName = "A_pod_is_no_container")]
    [TestCase("0::/docker/0123", TestName = "A_short_id_is_none")]
    [TestCase("0::/docker/3F2A9C41D07BE86512AC34FE90B7D6A85E1C2B3F4A5968778695A4B3C2D1E0FF", TestName = "An_id_in_capitals_is_none")]
    [TestCase($"0::/somewhere/{Id}", TestName = "An_id_below_nothing_known_is_none")]
    public void A_process_of_the_host_is_in_no_container(string cgroups) => Assert.That(CgroupPath.Container(cgroups), Is.Null);

    [Test]
    public void The_innermost_container_counts()
    {
        var nested = CgroupPath.Container($"0::/system.slice/docker-{Id}.scope/docker/{Inner}");

        Assert.That((nested?.Id, nested?.Engine), Is.EqualTo((Inner, "docker")));
    }

    [Test]
    public void Cgroups_that_a_container_makes_below_its_own_change_nothing()
    {
        Assert.That(CgroupPath.Container($"0::/system.slice/docker-{Id}.scope/init.scope")?.Id, Is.EqualTo(Id));
        Assert.That(CgroupPath.Container($"0::/system.slice/docker-{Id}.scope/a:b/../c")?.Id, Is.EqualTo(Id));
    }

    [Test]
    public void No_text_makes_it_fail() =>
        Check.QuickThrowOnFailure(Prop.ForAll<string?>(text =>
        {
            _ = CgroupPath.Container(text);
            _ = CgroupPath.Paths($"0::/{text}");
            return true;
        }));
}
