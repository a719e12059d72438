using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Limits;

/// <summary>dmem.capacity of the root cgroup, and whose its regions are.</summary>
public sealed class DmemRegionTests
{
    private const string Capacity = """
        drm/0000:03:00.0/vram 17163091968
        drm/0000:0b:00.0/vram1 12884901888
        drm/0000:0b:00.0/vram0 12884901888
        drm/0000:0b:00.1/vram0 4294967296
        nvidia/00000000:02:00.0/vidmem 25769803776

        """;

    [TestCase("amdgpu", "0000:03:00.0", "drm/0000:03:00.0/vram")]
    [TestCase("xe", "0000:0b:00.0", "drm/0000:0b:00.0/vram0 drm/0000:0b:00.0/vram1")]
    [TestCase("xe", "0000:0b:00.1", "drm/0000:0b:00.1/vram0")]
    [TestCase("xe", "0000:03:00.0", "", Description = "no tile's name")]
    [TestCase("amdgpu", "0000:0b:00.0", "")]
    [TestCase("amdgpu", "0000:04:00.0", "")]
    [TestCase("i915", "0000:0b:00.0", "")]
    [TestCase("nvidia", "0000:02:00.0", "", Description = "limited through NVML alone")]
    public void A_GPU_has_the_regions_of_its_device_and_driver(string driver, string address, string regions) =>
        Assert.That(string.Join(' ', DmemRegions.Of(Gpu(driver, address), DmemRegions.Parse(Capacity)).Select(region => region.Name)), Is.EqualTo(regions));

    [TestCase("nvidia", "0000:02:00.0", "nvidia/00000000:02:00.0/vidmem")]
    [TestCase("nvidia", "0000:03:00.0", "", Description = "a region of another vendor's")]
    [TestCase("nvidia", "0001:02:00.0", "", Description = "another domain")]
    [TestCase("amdgpu", "0000:03:00.0", "drm/0000:03:00.0/vram")]
    [TestCase("xe", "0000:0b:00.0", "drm/0000:0b:00.0/vram0 drm/0000:0b:00.0/vram1")]
    [TestCase("i915", "0000:0b:00.0", "")]
    [TestCase("amdgpu", "0000:02:00.0", "", Description = "a region of another vendor's")]
    public void A_GPUs_use_is_counted_in_NVIDIAs_regions_too(string driver, string address, string regions) =>
        Assert.That(string.Join(' ', DmemRegions.CountedOf(Gpu(driver, address), DmemRegions.Parse(Capacity)).Select(region => region.Name)), Is.EqualTo(regions));

    [TestCase("nvidia/0000002:00.0/vidmem")]
    [TestCase("nvidia/00000000:02:00.0/vidmem2")]
    [TestCase("nvidia/00000000:02:00.0/bar1")]
    [TestCase("nvidia/vidmem")]
    [TestCase("nvidia//vidmem")]
    [TestCase("xnvidia/00000000:02:00.0/vidmem")]
    public void A_region_of_another_form_is_none_of_NVIDIAs(string region) =>
        Assert.That(DmemRegions.CountedOf(Gpu("nvidia", "0000:02:00.0"), DmemRegions.Parse($"{region} 1\n")), Is.Empty);

    [Test]
    public void A_GPUs_memory_is_that_of_its_regions()
    {
        var regions = DmemRegions.Parse(Capacity);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(DmemRegions.CapacityOf(Gpu("xe", "0000:0b:00.0"), regions), Is.EqualTo(24L << 30));
            Assert.That(DmemRegions.CapacityOf(Gpu("xe", "0000:0c:00.0"), regions), Is.Null);
            Assert.That(DmemRegions.CapacityOf(Gpu("xe", "0000:0c:00.0"), DmemRegions.Parse("drm/0000:0c:00.0/vram0 9223372036854775807\ndrm/0000:0c:00.0/vram1 1")), Is.Null, "a sum that no number holds");
        }
    }

    [Test]
    public void Every_region_is_read_whoever_has_it() => Assert.That(DmemRegions.Parse(Capacity), Has.Length.EqualTo(5));

    [Test]
    public void Tiles_are_ordered_by_number() =>
        Assert.That(
            DmemRegions.Of(Gpu("xe", "0000:0b:00.0"), DmemRegions.Parse("drm/0000:0b:00.0/vram10 1\ndrm/0000:0b:00.0/vram9 1\n")).Select(region => region.Name),
            Is.EqualTo((string[])["drm/0000:0b:00.0/vram9", "drm/0000:0b:00.0/vram10"]));

    [TestCase("drm/0000:03:00.0/vram")]
    [TestCase("drm/0000:03:00.0/vram ")]
    [TestCase("drm/0000:03:00.0/vram  1")]
    [TestCase(" 1")]
    [TestCase("drm/0000:03:00.0/vram 1 2")]
    [TestCase("drm/0000:03:00.0/vram 0")]
    [TestCase("drm/0000:03:00.0/vram -1")]
    [TestCase("drm/0000:03:00.0/vram max")]
    [TestCase("drm/0000:03:00.0/vram 0x10")]
    [TestCase("drm/0000:03:00.0/vram 18446744073709551615")]
    public void A_line_of_another_form_is_no_region(string line) => Assert.That(DmemRegions.Parse(line), Is.Empty);

    [TestCase("drm/0000:0b:00.0/vramx 1")]
    [TestCase("drm/0000:0b:00.0/vram-1 1")]
    [TestCase("drm/0000:0b:00.0/vram0/x 1")]
    [TestCase("drm/0000:0b:00.0/stolen 1")]
    public void A_region_of_another_name_is_no_tile(string line) => Assert.That(DmemRegions.Of(Gpu("xe", "0000:0b:00.0"), DmemRegions.Parse(line)), Is.Empty);

    [Test]
    public void No_text_fails()
    {
        var words = Gen.Elements("drm/0000:0b:00.0/vram", "0", "1", "nvidia/", " ", " ", "\n", "\r", "\0", "9223372036854775807", "max", "-", "é");
        var texts = Gen.OneOf(words.ArrayOf().Select(string.Concat), ArbMap.Default.ArbFor<string>().Generator.Select(text => text ?? ""));

        Prop.ForAll(texts.ToArbitrary(), text => DmemRegions.CapacityOf(Gpu("xe", "0000:0b:00.0"), DmemRegions.Parse(text)) is null or > 0).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Test]
    public void What_the_kernel_prints_reads_back()
    {
        var names = Gen.Choose(0, 255).SelectMany(bus => Gen.Elements($"drm/0000:{bus:x2}:00.0/vram", $"drm/0000:{bus:x2}:00.0/vram0", $"nvidia/00000000:{bus:x2}:00.0/vidmem"));
        var regions = (from name in names from bytes in Gen.Choose(1, int.MaxValue) select new DmemRegion(name, (long)bytes << 12)).ListOf();

        Prop.ForAll(regions.ToArbitrary(), made => DmemRegions.Parse(string.Concat(made.Select(region => $"{region.Name} {region.CapacityBytes}\n"))).SequenceEqual(made))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Test]
    public void A_host_without_the_controller_has_no_regions()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);

        Assert.That(DmemRegions.Read(machine.Root), Is.Empty);
    }

    private static Gpu Gpu(string driver, string address) => GpuBuilder.Gpu(driver == "nvidia" ? GpuVendor.Nvidia : GpuVendor.Amd, 0, address, null) with { Driver = driver };
}
