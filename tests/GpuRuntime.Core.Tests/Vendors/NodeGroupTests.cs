using GpuRuntime.Core.Inventory;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors;

/// <summary>The groups that a process without root's rights needs to open what it is given.</summary>
public sealed class NodeGroupTests : MixedMachineFixture
{
    private protected override SimulatedHostOptions Options => ReadyHosts.ThreeVendors;

    [TestCase("amd:0")]
    [TestCase("intel:0")]
    [TestCase("amd:all,intel:0")]
    [TestCase("device=intel:0,capabilities=utility", TestName = "roots_own_management_node_adds_none")]
    [TestCase("all,capabilities=compute,graphics")]
    public void They_are_those_of_the_nodes_each_once(string request) =>
        Assert.That(Machine.Plan($"GPU_RUNTIME_GPUS={request}")!.AdditionalGids, Is.EqualTo(new uint[] { DriverNumbers.VideoGroup, DriverNumbers.RenderGroup }));

    [Test]
    public void Nodes_that_are_open_to_all_need_none() => Assert.That(Machine.Plan("GPU_RUNTIME_GPUS=device=nvidia:0,capabilities=compute")!.AdditionalGids, Is.Empty);

    [Test]
    public void A_hosts_administrator_may_open_a_node_to_all()
    {
        using var machine = MixedMachine.Create(ReadyHosts.LegacyRadeon);
        File.SetUnixFileMode(Path.Combine(machine.Host.DevRoot, "dri/renderD128"), (UnixFileMode)0b110_110_110);

        Assert.That(machine.Plan("AMD_VISIBLE_DEVICES=0")!.AdditionalGids, Is.EqualTo(new uint[] { DriverNumbers.VideoGroup }));
    }

    [TestCase(0b110_110_000u, 110u, "110")]
    [TestCase(0b110_110_100u, 110u, "110")]
    [TestCase(0b110_110_010u, 110u, "110")]
    [TestCase(0b110_110_110u, 110u, "")]
    [TestCase(0b110_110_000u, 0u, "")]
    [TestCase(0b110_000_000u, 110u, "110")]
    public void A_node_counts_that_others_may_not_read_and_write(uint mode, uint gid, string expected) =>
        Assert.That(string.Join(' ', DeviceNode.GroupsOf([Node(mode, gid), Node(mode, gid)])), Is.EqualTo(expected));

    private static DeviceNode Node(uint mode, uint gid) => new("/dev/dri/card0", "/dev/dri/card0", 226, 0, mode, 0, gid);
}
