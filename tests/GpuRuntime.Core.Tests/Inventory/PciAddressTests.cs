using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Inventory;

public sealed class PciAddressTests
{
    private static Arbitrary<PciAddress> Addresses => (
        from domain in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, int.MaxValue))
        from bus in Gen.Choose(0, 255)
        from device in Gen.Choose(0, 31)
        from function in Gen.Choose(0, 7)
        select new PciAddress((uint)domain, (byte)bus, (byte)device, (byte)function)).ToArbitrary();

    [TestCase("0000:3b:00.0", "0000:3b:00.0")]
    [TestCase("0000:3B:1F.7", "0000:3b:1f.7")]
    [TestCase("00000000:3B:00.0", "0000:3b:00.0")]
    [TestCase("3b:00.0", "0000:3b:00.0")]
    [TestCase("1:3b:00.0", "0001:3b:00.0")]
    [TestCase("10000:e1:00.0", "10000:e1:00.0")]
    [TestCase("ffffffff:ff:1f.7", "ffffffff:ff:1f.7")]
    [TestCase("0000:3b:0.0", "0000:3b:00.0")]
    public void Every_way_of_writing_it_is_one_address(string text, string kernels) => Assert.That(PciAddress.Parse(text)?.ToString(), Is.EqualTo(kernels));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("3b:00")]
    [TestCase("3b.0")]
    [TestCase("0000:3b:00.8")]
    [TestCase("0000:3b:00.00")]
    [TestCase("0000:3b:00.")]
    [TestCase("0000:3b:20.0")]
    [TestCase("0000:3bb:00.0")]
    [TestCase("0000:b:00.0")]
    [TestCase("000000000:3b:00.0")]
    [TestCase(":3b:00.0")]
    [TestCase("0000:3b:00.0 ")]
    [TestCase(" 0000:3b:00.0")]
    [TestCase("0000:+b:00.0")]
    [TestCase("0x00:3b:00.0")]
    [TestCase("0000:3g:00.0")]
    [TestCase("0000:3b::00.0")]
    [TestCase("\uff10000:3b:00.0")]
    [TestCase("../../etc:00:00.0")]
    public void What_is_no_address_is_none(string text) => Assert.That(PciAddress.Parse(text), Is.Null);

    [Test]
    public void An_address_reads_back_from_how_the_kernel_and_NVIDIAs_tools_print_it() =>
        Prop.ForAll(Addresses, address =>
            PciAddress.Parse(address.ToString()) == address
            && PciAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"{address.Domain:X8}:{address.Bus:X2}:{address.Device:X2}.{address.Function}")) == address)
            .QuickCheckThrowOnFailure();

    [Test]
    public void No_text_throws() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => PciAddress.Parse(text) is null || text.Contains(':', StringComparison.Ordinal)).QuickCheckThrowOnFailure();

    [Test]
    public void Addresses_are_ordered_by_domain_then_bus_then_device_then_function()
    {
        string[] texts = ["0000:00:00.1", "0000:00:01.0", "0000:01:00.0", "0000:ff:1f.7", "0001:00:00.0", "10000:00:00.0"];
        var ordered = texts.Select(text => PciAddress.Parse(text)!.Value).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ordered, Is.Ordered);
            Assert.That(ordered[0] < ordered[1] && ordered[1] > ordered[0] && ordered[0] <= ordered[0] && ordered[0] >= ordered[0]);
        }
    }
}
