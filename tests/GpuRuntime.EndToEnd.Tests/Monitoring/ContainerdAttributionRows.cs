using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>Whose the processes of containerd's tasks are.</summary>
public sealed class ContainerdAttributionRows() : AttributionFixture(EngineKind.Containerd)
{
    private PrivateContainerd Containerd => (PrivateContainerd)Engine;

    // Its cgroup's path names no engine: what its runtime wrote down does.
    [Test]
    public async Task A_task_that_was_given_the_GPU_is_told_wherever_its_cgroup_is()
    {
        var id = $"c{Guid.NewGuid():N}";
        (await Containerd.StartContainerAsync(id, Granted)).EnsureSuccess();

        Assert.That(Summary(await UseAsync(await PidAsync(id))), Is.EqualTo((id, "containerd", true, Bytes, 1)));
    }

    [Test]
    public async Task A_task_of_ctr_that_was_given_nothing_is_known_by_its_cgroup_and_the_id_that_somebody_chose()
    {
        var id = $"web-{Guid.NewGuid():N}";
        (await Containerd.CtrAsync("run", "--detach", "--runc-binary", Programs.Engine("runc"), Ungranted.Image.Reference, id, "sleep", "1000")).EnsureSuccess();

        Assert.That(Summary(await UseAsync(await PidAsync(id))), Is.EqualTo((id, "containerd", false, Bytes, 1)));
    }

    [OneTimeTearDown]
    public void RemoveDefaultCgroup()
    {
        // ctr's own; if others use it, it is not empty and stays.
        foreach (var hierarchy in (string[])["/sys/fs/cgroup", .. Directory.GetDirectories("/sys/fs/cgroup")])
        {
            try
            {
                Directory.Delete(Path.Combine(hierarchy, "default"));
            }
            catch (IOException)
            {
                // Not there, or somebody's.
            }
        }
    }

    private protected override async Task RemoveContainersAsync()
    {
        foreach (var task in (await Containerd.CtrAsync("tasks", "list", "--quiet")).Lines)
        {
            await Containerd.CtrAsync("tasks", "delete", "--force", task);
            await Containerd.CtrAsync("containers", "delete", task);
        }
    }

    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add(RuntimeNames.Runc, Programs.Engine("runc"));

    private async Task<int> PidAsync(string id) =>
        Number((await Containerd.CtrAsync("tasks", "list")).EnsureSuccess().Lines.Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Single(fields => fields[0] == id)[1]);
}
