using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>What a container finds is the same, whether the shim or the hook gave it: files, links, nodes, mounts, and the loader's cache.</summary>
[TestFixture(EngineKind.DockerOnCgroupV1)]
[TestFixture(EngineKind.DockerOnCgroupV2)]
public sealed class SameAsShimRows(EngineKind kind) : DockerHookFixture(kind)
{
    // Kind, mode, owner, numbers and size of everything; what links say; what the files hold that are written.
    private const string Files = """
        find / -path /proc -prune -o -path /sys -prune -o -path /.dockerenv -prune -o -path '/etc/host*' -prune -o -path /etc/resolv.conf -prune -o ! -path / -print | sort |
        while read -r path; do
            printf '%s %s' "$path" "$(stat -c '%F %a %u:%g %t:%T' "$path")"
            if [ -L "$path" ]; then printf ' -> %s' "$(readlink "$path")"; elif [ -f "$path" ]; then printf ' %s' "$(md5sum <"$path")"; fi
            echo
        done
        """;

    // Where they are mounted from is each way's own business: the shim keeps small files in its state directory, the hook on a tmpfs.
    private const string Mounts = "cut -d' ' -f5,6 /proc/self/mountinfo | grep -v '^/proc\\|^/sys' | sort";

    [TestCase("all", "utility,compute")]
    [TestCase("device=0,2", "all")]
    [TestCase("device=1", "graphics,display")]
    public async Task A_container_finds_the_same(string flag, string capabilities)
    {
        foreach (var image in (TestImage[])[Glibc, Busybox])
        {
            foreach (var script in (string[])[Files, Mounts])
            {
                var results = new List<string>();
                foreach (var runtime in (string[])[RuntimeNames.GpuRuntime, RuntimeNames.Runc])
                {
                    var request = Gpus($"\"{flag}\"", image, "sh", "-c", script).With("NVIDIA_DRIVER_CAPABILITIES", capabilities) with { Runtime = runtime };
                    results.Add((await Docker.RunAsync(request)).EnsureSuccess().Output);
                }

                Assert.That(results[0], Does.Contain("libnvidia").Or.Contain("/etc/nvidia"));
                Assert.That(results[1].Split('\n'), Is.EqualTo(results[0].Split('\n')), $"{image.Name}: {script}");
            }
        }
    }

    private protected override ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);
}
