namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>`gpu-runtime-agent limit` on a host whose containers are in cgroups of version 1, which no driver limits.</summary>
public sealed class AgentLimitOnCgroupV1Rows() : AgentLimitFixture(EngineKind.RuncOnCgroupV1)
{
    [Test]
    public async Task The_container_does_not_start_and_the_sentence_says_what_is_missing_with_a_stand_in_libnvidia_ml()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, WithHook(LibraryOption, Option()), "echo", "started");

        var result = await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Output, Does.Not.Contain("started"));
        Assert.That(result.Error, Does.Contain("GRT2007: ").And.Contain("cgroup version 2, mounted on /sys/fs/cgroup").And.Contain("systemd.unified_cgroup_hierarchy=1"));
        Assert.That(Nvml.Record, Is.Empty);
    }
}
