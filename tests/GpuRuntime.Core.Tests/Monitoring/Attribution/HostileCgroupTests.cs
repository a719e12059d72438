using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Attribution;

/// <summary>
/// A container makes cgroups below its own, which a namespace of its own lets it, and gives them the names of other containers: it hides in none of
/// them, whatever engine it is of.
/// </summary>
public sealed class HostileCgroupTests
{
    private const string Id = "4a7d1f0e9b3c5a6d8e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d";
    private const string Victim = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string Uid = "8f3c2b1a-0d9e-4c7b-a6f5-e4d3c2b1a098";
    private const string SliceUid = "8f3c2b1a_0d9e_4c7b_a6f5_e4d3c2b1a098";
    private const string OtherUid = "11111111-2222-3333-4444-555555555555";
    private const string OtherSliceUid = "11111111_2222_3333_4444_555555555555";

    private static readonly (string Path, ContainerIdentity Container)[] Containers =
    [
        ($"/docker/{Id}", new(Id, "docker")),
        ($"/system.slice/docker-{Id}.scope", new(Id, "docker")),
        ($"/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{Id}.scope", new(Id, "docker")),
        ($"/k8s.io/{Id}", new(Id, "containerd")),
        ($"/default/{Id}", new(Id, "containerd")),
        ("/default/web", new("web", "containerd")),
        ($"/system.slice/cri-containerd-{Id}.scope", new(Id, "containerd")),
        ($"/system.slice/nerdctl-{Id}.scope", new(Id, "containerd")),
        ($"/libpod_parent/libpod-{Id}", new(Id, "podman")),
        ($"/libpod_parent/{Uid.Replace("-", "", StringComparison.Ordinal)}{Uid.Replace("-", "", StringComparison.Ordinal)}/libpod-{Id}", new(Id, "podman")),
        ($"/machine.slice/libpod-{Id}.scope/container", new(Id, "podman")),
        ($"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope", new(Id, "podman")),
        ($"/system.slice/web.service/libpod-payload-{Id}", new(Id, "podman")),
        ($"/machine.slice/crio-{Id}.scope", new(Id, "cri-o")),
        ($"/kubepods/burstable/pod{Uid}/{Id}", new(Id, "containerd") { PodUid = Uid }),
        ($"/kubepods/besteffort/pod{Uid}/crio-{Id}", new(Id, "cri-o") { PodUid = Uid }),
        ($"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{SliceUid}.slice/cri-containerd-{Id}.scope", new(Id, "containerd") { PodUid = Uid }),
        ($"/kubepods.slice/kubepods-pod{SliceUid}.slice/crio-{Id}.scope/container", new(Id, "cri-o") { PodUid = Uid }),
        ($"/kubepods.slice/kubepods-pod{SliceUid}.slice/docker-{Id}.scope", new(Id, "docker") { PodUid = Uid }),
        ($"/system.slice/containerd.service/kubepods-burstable-pod{SliceUid}.slice:cri-containerd:{Id}", new(Id, "containerd") { PodUid = Uid }),
    ];

    private static readonly string[] Inner =
    [
        $"/docker/{Victim}",
        $"/system.slice/docker-{Victim}.scope",
        $"/docker-{Victim}.scope",
        $"/moby/{Victim}",
        $"/k8s.io/{Victim}",
        $"/default/{Victim}",
        "/default/victim",
        $"/libpod_parent/libpod-{Victim}",
        $"/machine.slice/libpod-{Victim}.scope/container",
        $"/libpod-payload-{Victim}",
        $"/crio-{Victim}.scope",
        $"/kubepods/pod{OtherUid}/{Victim}",
        $"/kubepods.slice/kubepods-pod{OtherSliceUid}.slice/cri-containerd-{Victim}.scope",
        $"/kubepods-pod{OtherSliceUid}.slice:cri-containerd:{Victim}",
        $"/pod{OtherUid}",
        $"/{Victim}",
        "/init.scope",
    ];

    private static readonly string[] Forms = ["0::{0}\n", "0::{0}/below\n", "12:pids:{0}\n11:cpu,cpuacct:{0}\n1:name=systemd:{0}\n0::/\n", "0::/../..{0}\n"];

    [Test]
    public void No_name_below_a_container_stands_for_it([ValueSource(nameof(Inner))] string inner)
    {
        foreach (var (path, container) in Containers)
        {
            foreach (var form in Forms)
            {
                var cgroups = form.Replace("{0}", path + inner, StringComparison.Ordinal);
                Assert.That(CgroupPath.Container(cgroups), Is.EqualTo(container), cgroups);
            }
        }
    }

    // Docker's --cgroup-parent with cgroupfs: which engine's it is nobody can say, and not whose the names below are.
    [Test]
    public void Below_a_bare_id_under_a_parent_that_people_chose_nothing_is_believed([ValueSource(nameof(Inner))] string inner) =>
        Assert.That(CgroupPath.Container($"0::/mine/{Id}{inner}\n"), Is.Null);

    // The kernel forbids \n in a cgroup's name and nothing else.
    [Test]
    public void A_name_with_another_line_end_begins_no_line([Values("\r", "\r0::", "\u2028", "\u0085", "\f", "\v", "\u2029")] string end)
    {
        var cgroups = $"0::/mine/web/a{end}0::/docker/{Victim}\n";

        Assert.That(CgroupPath.Paths(cgroups), Has.Count.EqualTo(1));
        Assert.That(CgroupPath.Container($"0::/docker/{Id}/a{end}0::/docker/{Victim}\n"), Is.EqualTo(new ContainerIdentity(Id, "docker")));
    }
}
