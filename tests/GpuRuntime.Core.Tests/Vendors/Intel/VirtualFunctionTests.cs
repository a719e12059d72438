using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Intel;

/// <summary>SR-IOV: a physical function whose virtual ones are enabled is given to those alone who name it.</summary>
public sealed class VirtualFunctionTests
{
    private const string Physical = "0000:4d:00.0";

    [TestCase("INTEL_VISIBLE_DEVICES=all")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    [TestCase("GPU_RUNTIME_GPUS=all")]
    [TestCase("GPU_RUNTIME_GPUS=intel:all")]
    [TestCase("GPU_RUNTIME_GPUS=1")]
    [TestCase("GPU_RUNTIME_GPUS=driver=intel,count=1")]
    [TestCase("DOCKER_RESOURCE_INTEL_GPU=1")]
    public void All_and_a_count_give_the_virtual_function(string request)
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.SelectedBy(request), Is.EqualTo("intel:1"));
            Assert.That(machine.Gpus.WarningsOf(request), Is.Empty);
        }
    }

    [Test]
    public void A_count_beyond_the_virtual_functions_fails_and_says_how_many_there_are_to_give()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);

        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => machine.Gpus.Selected("2")), Does.Contain("2 GPUs").And.Contain("1 can be given"));
    }

    [TestCase("INTEL_VISIBLE_DEVICES=0")]
    [TestCase("INTEL_VISIBLE_DEVICES=0000:4d:00.0")]
    [TestCase("GPU_RUNTIME_GPUS=intel:0")]
    [TestCase("GPU_RUNTIME_GPUS=device=4D:00.0")]
    public void Its_name_gives_the_physical_function_with_a_warning(string request)
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);
        var nodes = machine.Plan(out var warnings, request)!.DeviceNodes.Select(node => node.Path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nodes, Is.EqualTo("/dev/dri/card2 /dev/dri/renderD128".Split(' ')));
            Assert.That(warnings, Has.Length.EqualTo(1));
            Assert.That(warnings.Single(), Does.StartWith(request.Split('=')[0]).And.Contain("intel:0 (0000:4d:00.0)").And.Contain("virtual functions"));
        }
    }

    [Test]
    public void The_virtual_function_is_given_by_its_names_without_a_word()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Selected("intel:1,0000:4d:00.1"), Is.EqualTo("intel:1"));
            Assert.That(machine.Gpus.WarningsOf("INTEL_VISIBLE_DEVICES=1"), Is.Empty);
        }
    }

    [Test]
    public void Which_function_is_which_is_known()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Each(gpu => gpu.OffersVirtualFunctions), Is.EqualTo("True False"));
            Assert.That(machine.Each(gpu => gpu.IsVirtualFunction), Is.EqualTo("False True"));
        }
    }

    [TestCase("INTEL_VISIBLE_DEVICES=all")]
    [TestCase("GPU_RUNTIME_GPUS=all")]
    [TestCase("GPU_RUNTIME_GPUS=1")]
    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    public void A_host_with_nothing_else_says_how_to_name_it(string request)
    {
        using var machine = MixedMachine.Create(Alone(2));

        Assert.That(
            Refusal.Of(ErrorCode.GpuNotFound, () => machine.Plan(request)),
            Does.StartWith(request.Split('=')[0]).And.Contain("virtual functions").And.Contain("PCI address").And.Contain($"intel:0 ({Physical})"));
    }

    [Test]
    public void It_does_not_keep_other_vendors_GPUs_from_being_all()
    {
        using var machine = MixedMachine.Create(Alone(2) with { Amd = ReadyHosts.Mi210Pair.Amd.RemoveAt(0), Bmc = false });

        Assert.That(machine.Gpus.Selected("all"), Is.EqualTo("amd:0"));
    }

    [TestCase(null)]
    [TestCase(0)]
    [TestCase(-1)]
    public void A_physical_function_without_virtual_ones_is_a_GPU_like_others(int? count)
    {
        using var machine = MixedMachine.Create(Alone(count));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(machine.Gpus.Selected("all"), Is.EqualTo("intel:0"));
            Assert.That(machine.Gpus.WarningsOf("INTEL_VISIBLE_DEVICES=0"), Is.Empty);
        }
    }

    private static SimulatedHostOptions Alone(int? virtualFunctions) => new()
    {
        Intel = [new SimulatedIntelGpu { PciAddress = Physical, DeviceId = "0xe211", Driver = "xe", CardNumber = 2, RenderNumber = 128, NumberOfVfs = virtualFunctions }],
    };
}
