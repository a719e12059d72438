using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>Nodes that a driver registered and nobody made yet.</summary>
public sealed class HostNodesTests : DirectoryFixture
{
    [TestCase(507u, 0u, "666")]
    [TestCase(507u, 1u, "666")]
    [TestCase(195u, 255u, "660")]
    [TestCase(508u, 4000u, "444")]
    public void A_node_is_made_with_its_numbers_and_its_mode_whatever_the_umask(uint major, uint minor, string mode)
    {
        RequireNodes();

        Assert.That(HostNodes.Make(Node("nvidia-uvm", major, minor, mode)));
        Assert.That(Command.Status("%F %t:%T %a", Temporary.Combine("nvidia-uvm")), Is.EqualTo($"character special file {major:x}:{minor:x} {mode}"));
    }

    [Test]
    public void A_node_that_somebody_made_in_between_is_left_as_it_is()
    {
        RequireNodes();
        HostNodes.Make(Node("nvidia-uvm", 507, 0, "600"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(HostNodes.Make(Node("nvidia-uvm", 507, 0, "666")));
            Assert.That(Command.Status("%a", Temporary.Combine("nvidia-uvm")), Is.EqualTo("600"));
        }
    }

    [Test]
    public void A_directory_of_its_own_is_made_with_it()
    {
        RequireNodes();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(HostNodes.Make(Node("nvidia-caps/nvidia-cap1", 508, 1, "444")), Is.True);
            Assert.That(HostNodes.Make(Node("nvidia-caps/nvidia-cap2", 508, 2, "444")), Is.True);
            Assert.That(Directory.GetFileSystemEntries(Temporary.Combine("nvidia-caps")), Has.Length.EqualTo(2));
        }
    }

    [Test]
    public void Deeper_below_nothing_it_cannot_be_made() => Assert.That(HostNodes.Make(Node("missing/deeper/nvidia-cap1", 508, 1, "444")), Is.False);

    private DeviceNode Node(string name, uint major, uint minor, string mode) =>
        new($"/dev/{name}", Temporary.Combine(name), major, minor, Convert.ToUInt32(mode, 8), 0, 0) { MissingOnHost = true };

    private void RequireNodes()
    {
        if (Command.Try("mknod", Temporary.Combine("probe"), "c", "1", "3").Status != 0)
            Assert.Ignore("device nodes need root with CAP_MKNOD");
    }
}
