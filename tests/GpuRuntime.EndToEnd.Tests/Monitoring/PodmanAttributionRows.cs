using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>Whose the processes of podman's containers are.</summary>
public sealed class PodmanAttributionRows() : AttributionFixture(EngineKind.Podman)
{
    private PrivatePodman Podman => (PrivatePodman)Engine;

    [Test]
    public async Task A_container_that_was_given_the_GPU_is_told_as_podmans()
    {
        var id = await Podman.StartContainerAsync(Granted);

        Assert.That(Summary(await UseAsync(await PidAsync(id))), Is.EqualTo((id, "podman", true, Bytes, 1)));
    }

    [Test]
    public async Task A_container_that_was_given_nothing_is_known_by_its_cgroup()
    {
        var id = await Podman.StartContainerAsync(Ungranted);

        Assert.That(Summary(await UseAsync(await PidAsync(id))), Is.EqualTo((id, "podman", false, Bytes, 1)));
    }

    private protected override async Task RemoveContainersAsync() => await Podman.PodmanAsync("rm", "--all", "--force", "--time", "0");

    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add(RuntimeNames.Runc, Programs.Engine("runc"));

    private async Task<int> PidAsync(string id) => Number((await Podman.PodmanAsync("inspect", "--format", "{{.State.Pid}}", id)).EnsureSuccess().Output);
}
