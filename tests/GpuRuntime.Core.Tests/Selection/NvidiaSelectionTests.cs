using System.Globalization;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>Names of GPUs on a host whose minors and DRM numbers differ from the indexes.</summary>
public sealed class NvidiaSelectionTests : MachineFixture
{
    [Test]
    public void An_index_is_the_position_by_PCI_address_and_never_the_nodes_minor([Range(0, 7)] int index)
    {
        var gpu = Machine.Select($"device={index}").Single();
        var expected = Host.Gpus[index];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gpu.PciAddress.ToString(), Is.EqualTo(expected.PciAddress));
            Assert.That(gpu.Uuid, Is.EqualTo(expected.Uuid));
            Assert.That(gpu.DeviceNodes.Single().Path, Is.EqualTo($"/dev/nvidia{expected.Minor}"));
            Assert.That(gpu.DeviceNodes.Single().Minor, Is.EqualTo((uint)expected.Minor).And.Not.EqualTo((uint)index));
        }
    }

    [Test]
    public void All_is_every_GPU_in_order() => Assert.That(Selected("all"), Is.EqualTo("0 1 2 3 4 5 6 7"));

    [TestCase("device=0,3", "0 3")]
    [TestCase("device=3,0", "0 3")]
    [TestCase("device=0,0,0", "0")]
    [TestCase("device=0-3", "0 1 2 3")]
    [TestCase("device=6-7,0", "0 6 7")]
    [TestCase("device=0-2,1-3,2", "0 1 2 3")]
    [TestCase("device=5-5", "5")]
    [TestCase("device=nvidia:2", "2")]
    [TestCase("driver=nvidia,device=2", "2")]
    [TestCase("driver=any,device=2", "2")]
    public void Indexes_ranges_and_repetitions_select_each_GPU_once(string request, string expected) => Assert.That(Selected(request), Is.EqualTo(expected));

    [TestCase("1", "0")]
    [TestCase("2", "0 1")]
    [TestCase("count=8", "0 1 2 3 4 5 6 7")]
    [TestCase("count=all", "0 1 2 3 4 5 6 7")]
    [TestCase("capabilities=utility", "0")]
    public void A_count_takes_that_many(string request, string expected) => Assert.That(Selected(request), Is.EqualTo(expected));

    [Test]
    public void A_UUID_is_found_in_any_letter_case()
    {
        var uuid = Host.Gpus[5].Uuid;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Selected($"device={uuid}"), Is.EqualTo("5"));
            Assert.That(Selected($"device={uuid.ToUpperInvariant()}"), Is.EqualTo("5"));
            Assert.That(Selected($"device={uuid.ToLowerInvariant()}"), Is.EqualTo("5"));
            Assert.That(Selected($"device={uuid[..12]}"), Is.EqualTo("5"), "a beginning that fits one GPU");
            Assert.That(Selected($"device={uuid},5,{Host.Gpus[5].PciAddress}"), Is.EqualTo("5"), "three names of one GPU");
        }
    }

    [Test]
    public void A_PCI_address_is_found_however_it_is_written()
    {
        var address = Host.Gpus[4].PciAddress;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Selected($"device={address}"), Is.EqualTo("4"));
            Assert.That(Selected($"device=0000{address.ToUpperInvariant()}"), Is.EqualTo("4"));
            Assert.That(Selected($"device={address[5..]}"), Is.EqualTo("4"), "without its domain");
        }
    }

    [TestCase("device=8", "\"8\"")]
    [TestCase("device=6-8", "\"6-8\"")]
    [TestCase("device=9999", "\"9999\"")]
    [TestCase("device=GPU-00000000", "\"GPU-00000000\"")]
    [TestCase("device=0000:ff:00.0", "\"0000:ff:00.0\"")]
    [TestCase("device=0001:1b:00.0", "\"0001:1b:00.0\"")]
    [TestCase("device=0x0000", "\"0x0000\"")]
    [TestCase("device=0x946d7e1ef9b172dd", "\"0x946d7e1ef9b172dd\"")]
    [TestCase("device=0,8", "\"8\"")]
    [TestCase("count=9", "9 GPUs")]
    public void A_name_of_no_GPU_fails_and_lists_what_the_host_has(string request, string named)
    {
        var sentence = Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Select(request));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(sentence, Does.Contain(named));
            foreach (var gpu in Host.Gpus)
                Assert.That(sentence, Does.Contain($"nvidia:{gpu.Index} ({gpu.Uuid}, {gpu.PciAddress})"));
        }
    }

    [TestCase("device=amd:0", "AMD")]
    [TestCase("driver=intel", "Intel")]
    [TestCase("driver=amd,count=all", "AMD")]
    public void A_vendor_without_GPUs_fails_and_says_what_the_host_has(string request, string vendor) =>
        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => Machine.Select(request)), Does.Contain($"no {vendor} GPU").And.Contain("nvidia:0").And.Contain("gpu-runtime check"));

    private string Selected(string request) => string.Join(' ', Machine.Select(request).Select(gpu => gpu.Index.ToString(CultureInfo.InvariantCulture)));
}
