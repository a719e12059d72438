using GpuRuntime.Core.Errors;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>GPUs of several vendors in one request, down to the nodes that the container gets.</summary>
public sealed class MixedGrammarTests : MixedMachineFixture
{
    private protected override SimulatedHostOptions Options => ReadyHosts.ThreeVendors;

    [TestCase("amd:0,intel:0,nvidia:all", "nvidia:0 nvidia:1 amd:0 intel:0")]
    [TestCase("device=amd:0,intel:0,nvidia:all", "nvidia:0 nvidia:1 amd:0 intel:0")]
    [TestCase("nvidia:all, AMD:all , intel:all", "nvidia:0 nvidia:1 amd:0 amd:1 intel:0")]
    [TestCase("amd:all,amd:0,amd:1", "amd:0 amd:1")]
    [TestCase("driver=amd,device=amd:all", "amd:0 amd:1")]
    [TestCase("driver=any,device=amd:all", "amd:0 amd:1")]
    [TestCase("amd:0,intel:0", "amd:0 intel:0")]
    [TestCase("intel:0,amd:0,amd:0,intel:0", "amd:0 intel:0")]
    [TestCase("amd:0000:83:00.0", "amd:1")]
    [TestCase("amd:1,0000:83:00.0,0x4F7C2A86E1390BD,amd:GPU-04f7c2a86e1390bd", "amd:1")]
    [TestCase("driver=any,count=2", "nvidia:0 nvidia:1")]
    [TestCase("driver=any,count=4", "nvidia:0 nvidia:1 amd:0 amd:1")]
    [TestCase("driver=any,count=all", "nvidia:0 nvidia:1 amd:0 amd:1 intel:0")]
    [TestCase("driver=amd,count=2", "amd:0 amd:1")]
    [TestCase("all", "nvidia:0 nvidia:1 amd:0 amd:1 intel:0")]
    public void A_request_gives_the_union_in_the_hosts_order(string request, string expected) => Assert.That(Machine.Gpus.Selected(request), Is.EqualTo(expected));

    [Test]
    public void The_container_gets_each_node_once()
    {
        var nodes = Machine.Nodes("GPU_RUNTIME_GPUS=device=amd:all,amd:0,intel:0,nvidia:all,0000:27:00.0,capabilities=compute,graphics").ToList();
        var own = Machine.Gpus.SelectMany(gpu => gpu.DeviceNodes.Concat(gpu.DrmNodes)).Select(node => node.Path).Distinct();

        Assert.That(nodes, Is.Unique.And.SupersetOf(own));
    }

    [TestCase("amd:none")]
    [TestCase("amd:ALL")]
    [TestCase("matrox:all")]
    [TestCase("amd:all:0")]
    [TestCase("amd:nvidia:0")]
    public void What_looks_like_a_vendors_all_and_is_not_is_refused(string request) =>
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Gpus.Selected(request)), Does.Contain($"\"{request}\"").And.Contain("vendor:all"));

    [Test]
    public void A_vendors_all_is_a_name_of_that_vendor()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Gpus.Selected("driver=amd,device=nvidia:all")), Does.Contain("asks for driver amd"));
            Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Gpus.Selected("amd:all,count=2"));
            Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Gpus.SelectedBy("NVIDIA_VISIBLE_DEVICES=amd:all"));
            Assert.That(Machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=amd:all"), Is.EqualTo("amd:0 amd:1"));
        }
    }

    [Test]
    public void A_vendors_all_fails_where_it_has_none()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);

        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => machine.Plan("GPU_RUNTIME_GPUS=amd:0,nvidia:all")), Does.Contain("\"nvidia:all\"").And.Contain("no NVIDIA GPU"));
    }

    [TestCase("amd:2", ErrorCode.GpuNotFound)]
    [TestCase("amd:0000:63:00.0", ErrorCode.GpuNotFound)]
    [TestCase("amd:0,intel:1", ErrorCode.GpuNotFound)]
    [TestCase("amd:0,0000:ff:00.0", ErrorCode.GpuNotFound)]
    [TestCase("driver=any,count=6", ErrorCode.GpuNotFound)]
    [TestCase("amd:0:1", ErrorCode.RequestUnsupported)]
    public void One_name_that_is_not_there_fails_the_whole_request(string request, ErrorCode code) => Refusal.Of(code, () => Machine.Gpus.Selected(request));
}
