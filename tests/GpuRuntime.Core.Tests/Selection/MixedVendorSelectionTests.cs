using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using static GpuRuntime.Core.Tests.Selection.GpuBuilder;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>A host with GPUs of three vendors.</summary>
public sealed class MixedVendorSelectionTests
{
    [TestCase("all", "nvidia:0 amd:0 amd:1 intel:0")]
    [TestCase("driver=amd,all", "amd:0 amd:1")]
    [TestCase("amd:1,intel:0", "amd:1 intel:0")]
    [TestCase("amd:0-1", "amd:0 amd:1")]
    [TestCase("driver=amd,device=1", "amd:1")]
    [TestCase("driver=amd", "amd:0")]
    [TestCase("2", "nvidia:0 amd:0")]
    [TestCase("0000:0b:00.0", "intel:0")]
    [TestCase("intel:0000:0b:00.0", "intel:0")]
    public void Vendors_are_chosen_by_name_and_GPUs_stay_in_the_hosts_order(string request, string expected) => Assert.That(Mixed.Selected(request), Is.EqualTo(expected));

    [Test]
    public void An_index_without_a_vendor_has_to_say_which() =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.Selected("device=0")), Does.Contain("which vendor").And.Contain("amd:0").And.Contain("intel:0"));

    [Test]
    public void A_PCI_address_of_another_vendor_is_not_this_vendors() =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.Selected("amd:0000:0b:00.0")), Does.Contain("amd:0000:0b:00.0"));

    // amdgpu's unique id: sysfs prints 16 digits, others print 0x and drop the zeros in front.
    [TestCase("0x0a6d7e1ef9b172dd")]
    [TestCase("0xa6d7e1ef9b172dd")]
    [TestCase("0X0A6D7E1EF9B172DD")]
    [TestCase("0a6d7e1ef9b172dd")]
    [TestCase("0A6D7E1EF9B172DD")]
    [TestCase("0xa6d7e1ef")]
    [TestCase("amd:0a6d7e1ef9b172dd")]
    public void Neither_0x_nor_zeros_in_front_tell_unique_ids_apart(string name)
    {
        var asSysfsPrints = ImmutableArray.Create(Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0a6d7e1ef9b172dd"), Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", "0a6d7e1e00000001"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Mixed.Selected(name), Is.EqualTo("amd:0"));
            Assert.That(asSysfsPrints.Selected(name), Is.EqualTo("amd:0"));
        }
    }

    [TestCase("0x0a6d7e1e")]
    [TestCase("0xa6d7")]
    public void A_beginning_that_fits_several_GPUs_is_refused_with_their_number(string name) =>
        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.Selected(name)), Does.Contain(name).And.Contain("2 UUIDs").And.Contain("amd:1"));

    [Test]
    public void A_UUID_that_is_the_beginning_of_another_is_found_as_itself()
    {
        var host = ImmutableArray.Create(Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0xabcd1234"), Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", "0xabcd123456"));

        Assert.That(host.Selected("0xabcd1234"), Is.EqualTo("amd:0"));
    }

    // Zeros alone say nothing; the only GPU of a host must not be what they mean.
    [TestCase("0x0000")]
    [TestCase("0x0000000000000000")]
    [TestCase("0000000000000000")]
    public void Zeros_name_no_GPU(string name)
    {
        var one = ImmutableArray.Create(Gpu(GpuVendor.Nvidia, 0, "0000:09:00.0", "GPU-00000000-1111-2222-3333-444444444400"));

        using (Assert.EnterMultipleScope())
        {
            Refusal.Of(ErrorCode.GpuNotFound, () => one.Selected(name));
            Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.Selected(name));
        }
    }

    [Test]
    public void A_GPU_whose_UUID_is_unknown_is_found_by_its_other_names()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Mixed.Selected("intel:0"), Is.EqualTo("intel:0"));
            Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.Selected("intel:0x0000000000000001")), Does.Contain("intel:0 (0000:0b:00.0)"));
        }
    }

    [TestCase("all")]
    [TestCase("1")]
    [TestCase("device=0")]
    public void A_host_without_a_GPU_says_so(string request) =>
        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => ImmutableArray<Gpu>.Empty.Selected(request)), Does.Contain("no GPU").And.Contain("gpu-runtime check"));

    [Test]
    public void A_host_with_many_GPUs_is_told_in_a_line()
    {
        var many = Enumerable.Range(0, 64).Select(index => Gpu(GpuVendor.Amd, index, $"0000:{index:x2}:00.0", $"0x{index + 1:x16}")).ToImmutableArray();

        Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => many.Selected("device=64")), Does.Contain("48 more").And.Contain("gpu-runtime devices"));
    }
}
