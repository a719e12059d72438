using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

public sealed class NvidiaDiscoveryTests : MachineFixture
{
    [Test]
    public void Everything_that_files_tell_is_known_of_each_GPU([Range(0, 7)] int index)
    {
        var gpu = Machine.Gpus[index];
        var expected = Host.Gpus[index];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.Id, Is.EqualTo($"nvidia:{index}"));
            Assert.That(gpu.PciAddress.ToString(), Is.EqualTo(expected.PciAddress));
            Assert.That(gpu.Uuid, Is.EqualTo(expected.Uuid));
            Assert.That(gpu.Name, Is.EqualTo(expected.Name));
            Assert.That(gpu.Driver, Is.EqualTo("nvidia"));
            Assert.That(gpu.DriverVersion, Is.EqualTo(Host.DriverVersion));
            Assert.That(gpu.NumaNode, Is.EqualTo(expected.NumaNode));
            Assert.That(gpu.MemoryBytes, Is.Null, "no file tells it");
            Assert.That(gpu.DeviceNodes.Select(node => node.Path), Is.EqualTo((string[])[$"/dev/nvidia{expected.Minor}"]));
            Assert.That(gpu.DrmNodes.Select(node => node.Path), Is.EquivalentTo((string[])[$"/dev/dri/card{expected.CardNumber}", $"/dev/dri/renderD{expected.RenderNumber}"]));
        }
    }

    [Test]
    public void A_directory_that_is_no_PCI_address_or_has_no_minor_is_passed_over()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("proc/driver/nvidia/gpus/not-an-address/information", "Device Minor: \t 7\n");
        machine.Write("proc/driver/nvidia/gpus/0000:ff:00.0/information", "Model: \t\t No minor\n");
        machine.Write("proc/driver/nvidia/gpus/0000:fe:00.0/registry", "no information at all");

        Assert.That(machine.Gpus.Select(gpu => gpu.Id), Is.EqualTo((string[])["nvidia:0"]));
    }

    [Test]
    public void Domains_of_four_and_eight_digits_are_ordered_as_numbers()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("proc/driver/nvidia/gpus/00000001:01:00.0/information", "Device Minor: \t 5\n");
        machine.Write("proc/driver/nvidia/gpus/00010000:00:00.0/information", "Device Minor: \t 6\n");

        Assert.That(machine.Gpus.Select(gpu => gpu.PciAddress.ToString()), Is.EqualTo((string[])["0000:1b:00.0", "0001:01:00.0", "10000:00:00.0"]));
    }

    [Test]
    public void An_unknown_NUMA_node_is_absent()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("sys/bus/pci/devices/0000:1b:00.0/numa_node", "-1\n");

        Assert.That(machine.Gpus.Single().NumaNode, Is.Null);
    }

    [Test]
    public void Sixteen_GPUs_are_numbered_over_their_PCI_domains()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 16 });

        Assert.That(machine.Gpus.Select(gpu => gpu.Uuid), Is.EqualTo(machine.Host.Gpus.Select(gpu => gpu.Uuid)));
    }
}
