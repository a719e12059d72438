using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Intel;

/// <summary>/dev/meiN of a discrete card: for firmware and telemetry tools alone.</summary>
public sealed class ManagementEngineTests : MixedMachineFixture
{
    private const string Mei = "/dev/mei0";

    private protected override SimulatedHostOptions Options => ReadyHosts.IntelArcAndIgpu;

    [TestCase("device=intel:1,capabilities=utility")]
    [TestCase("device=intel:1,capabilities=compute,utility")]
    [TestCase("intel:1,capabilities=all")]
    [TestCase("all,capabilities=utility")]
    public void It_comes_with_the_capability_utility_of_the_request(string request)
    {
        var mei = Machine.Plan($"GPU_RUNTIME_GPUS={request}")!.DeviceNodes.Single(node => node.Path == Mei);

        Assert.That((mei.Major, mei.Minor), Is.EqualTo(((uint)DriverNumbers.Mei, 0u)));
    }

    [TestCase("GPU_RUNTIME_GPUS=device=intel:1")]
    [TestCase("GPU_RUNTIME_GPUS=all")]
    [TestCase("GPU_RUNTIME_GPUS=device=intel:1,capabilities=compute,graphics,video,display")]
    [TestCase("GPU_RUNTIME_GPUS=device=intel:0,capabilities=utility")]
    [TestCase("INTEL_VISIBLE_DEVICES=all")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    public void Without_it_the_node_stays_away(string request) => Assert.That(Machine.Nodes(request), Does.Not.Contain(Mei));

    // It stands in images that know no other vendor, mostly with utility.
    [TestCase("utility")]
    [TestCase("all")]
    [TestCase("compute,utility")]
    public void NVIDIAs_variable_does_not_bring_it(string capabilities)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var request in "INTEL_VISIBLE_DEVICES=all NVIDIA_VISIBLE_DEVICES=all GPU_RUNTIME_GPUS=intel:1".Split(' '))
                Assert.That(Machine.Nodes(request, $"NVIDIA_DRIVER_CAPABILITIES={capabilities}"), Does.Not.Contain(Mei), request);
        }
    }

    [Test]
    public void A_host_whose_dev_lacks_it_gives_the_GPU_all_the_same()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu with { MissingNodes = ["mei0"] });

        Assert.That(machine.Nodes("GPU_RUNTIME_GPUS=intel:1,capabilities=utility"), Is.EqualTo("/dev/dri/card2 /dev/dri/renderD128".Split(' ')));
    }

    [Test]
    public void Directories_of_other_names_are_no_management_engine()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelArcAndIgpu with { MissingNodes = ["mei0"] });
        foreach (var name in "mei meix mei0x mtd0".Split(' '))
            Directory.CreateDirectory(Directory.GetDirectories(machine.PciPath("0000:0b:00.0"), "xe.mei-*").Single() + $"/mei/{name}");

        Assert.That(machine.Gpus.SelectMany(gpu => gpu.ManagementNodes), Is.Empty);
    }
}
