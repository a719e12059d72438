using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>AMD_VISIBLE_DEVICES row by row, as users of AMD's own runtime write it, on a host like the one that it was observed on: eight MI210.</summary>
public sealed class VisibleDevicesContractTests : MixedMachineFixture
{
    private const string Every = "amd:0 amd:1 amd:2 amd:3 amd:4 amd:5 amd:6 amd:7";

    private protected override SimulatedHostOptions Options { get; } = new()
    {
        Kfd = new KfdOptions { ReversedNodes = true },
        Amd = [.. Enumerable.Range(0, 8).Select(Mi210)],
    };

    [TestCase("all", Every)]
    [TestCase("All", Every)]
    [TestCase("ALL", Every)]
    [TestCase("0", "amd:0")]
    [TestCase("0-1", "amd:0 amd:1")]
    [TestCase("0-1,0", "amd:0 amd:1")]
    [TestCase("0, 1", "amd:0 amd:1")]
    [TestCase(" 0 ,1 ", "amd:0 amd:1")]
    [TestCase("1,0", "amd:0 amd:1")]
    [TestCase("6-7", "amd:6 amd:7")]
    [TestCase("0x93bb3629c01aea1c", "amd:3")]
    [TestCase("0X93BB3629C01AEA1C", "amd:3")]
    [TestCase("93bb3629c01aea1c", "amd:3")]
    [TestCase("GPU-93bb3629c01aea1c", "amd:3")]
    [TestCase("0x84cafeae17e7696", "amd:5")]
    [TestCase("0x084cafeae17e7696", "amd:5")]
    [TestCase("GPU-084cafeae17e7696", "amd:5")]
    [TestCase("0x93bb3629c01aea1c,0x84CAFEAE17E7696,0", "amd:0 amd:3 amd:5")]
    public void These_give_GPUs_each_once(string value, string expected) => Assert.That(Machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={value}"), Is.EqualTo(expected));

    [Test]
    public void A_GPU_that_is_named_twice_has_its_nodes_once() =>
        Assert.That(Machine.Nodes("AMD_VISIBLE_DEVICES=0-1,0"), Is.EqualTo("/dev/dri/card8 /dev/dri/renderD128 /dev/kfd /dev/dri/card7 /dev/dri/renderD131".Split(' ')));

    [TestCase("none")]
    [TestCase("void")]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase(",")]
    [TestCase("0,void")]
    public void These_leave_the_container_as_it_is(string value) => Assert.That(Machine.Plan($"AMD_VISIBLE_DEVICES={value}"), Is.Null);

    [Test]
    public void Unset_leaves_the_container_as_it_is() => Assert.That(Machine.Plan("PATH=/bin"), Is.Null);

    // AMD's runtime gives fewer or none, and exits with 0.
    [TestCase("7-9")]
    [TestCase("8")]
    [TestCase("0,8")]
    [TestCase("0x1111111111111111")]
    [TestCase("GPU-1111111111111111")]
    [TestCase("0000:ff:00.0")]
    public void A_name_beyond_the_host_fails_and_lists_what_it_has(string value)
    {
        var sentence = Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Plan($"AMD_VISIBLE_DEVICES={value}"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sentence, Does.StartWith("AMD_VISIBLE_DEVICES").And.Contain($"\"{value.Split(',')[^1]}\""));
            foreach (var gpu in Machine.Gpus)
                Assert.That(sentence, Does.Contain($"{gpu.Id} ({gpu.Uuid}, {gpu.PciAddress})"));
        }
    }

    [TestCase("3-1")]
    [TestCase("-1")]
    [TestCase("0-")]
    [TestCase("amd")]
    [TestCase("0x")]
    [TestCase("None")]
    public void What_cannot_be_a_name_fails_with_the_forms_that_can(string value) =>
        Assert.That(
            Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Plan($"AMD_VISIBLE_DEVICES={value}")),
            Does.StartWith("AMD_VISIBLE_DEVICES").And.Contain($"\"{value}\"").And.Contain("0-3"));

    [TestCase("DOCKER_RESOURCE_NVIDIA=GPU-11111111-2222-3333-4444-555555555555")]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=GPU-11111111-2222-3333-4444-555555555555")]
    public void A_resource_of_NVIDIAs_takes_nothing_away(string resource) => Assert.That(Machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=0", resource), Is.EqualTo("amd:0"));

    // As in an image of CUDA's that is started with AMD's variable.
    [Test]
    public void What_an_image_asks_of_NVIDIA_is_left_out_and_the_admin_is_told()
    {
        var edits = Machine.Plan(out var warnings, "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility", "AMD_VISIBLE_DEVICES=0")!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edits.DeviceNodes, Is.EqualTo(Machine.Plan("AMD_VISIBLE_DEVICES=0")!.DeviceNodes));
            Assert.That(warnings.Single(), Does.Contain("NVIDIA").And.Contain("left out"));
        }
    }

    [Test]
    public void Of_two_entries_the_last_counts() => Assert.That(Machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=all", "AMD_VISIBLE_DEVICES=2"), Is.EqualTo("amd:2"));

    [TestCase("DOCKER_RESOURCE_AMD_GPU=0x93BB3629C01AEA1C", "amd:3")]
    [TestCase("DOCKER_RESOURCE_GPU_COMPUTE=0x93bb3629c01aea1c,0x84cafeae17e7696", "amd:3 amd:5")]
    public void A_resource_of_AMDs_takes_the_place_of_the_variable(string resource, string expected) =>
        Assert.That(Machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=all", resource), Is.EqualTo(expected));

    [TestCase("none")]
    [TestCase("void")]
    [TestCase("")]
    public void On_a_host_without_the_driver_nothing_is_nothing_to_do(string value)
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoGpu);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Plan($"AMD_VISIBLE_DEVICES={value}"), Is.Null);
            Assert.That(Refusal.Of(ErrorCode.NoGpu, () => machine.Plan("AMD_VISIBLE_DEVICES=all")), Does.Contain("no AMD GPU").And.Contain("gpu-runtime check"));
        }
    }

    private static SimulatedAmdGpu Mi210(int index) => new()
    {
        PciAddress = $"0000:{0x0b + (index * 0x1c):x2}:00.0",
        DeviceId = "0x740f",
        Class = "0x038000",
        CardNumber = 8 - index,
        RenderNumber = 128 + (index * 3 % 8),
        UniqueId = index switch { 3 => 0x93bb3629c01aea1c, 5 => 0x084cafeae17e7696, _ => (ulong)(index + 1) * 0x9E3779B97F4A7C15 },
    };
}
