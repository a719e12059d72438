using System.Collections.Immutable;
using GpuRuntime.Agent.Monitoring.Attribution;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Linux.Tests.Monitoring.Attribution;

/// <summary>Whose memory a cgroup's dmem.current tells of. The files stand in the test: few kernels have the controller.</summary>
public sealed class DmemMemoryTests
{
    private const string Capacity = """
        drm/0000:03:00.0/vram 17163091968
        drm/0000:0b:00.0/vram0 12884901888
        drm/0000:0b:00.0/vram1 12884901888
        nvidia/00000000:3b:00.0/vidmem 25769803776

        """;

    private const string Current = """
        drm/0000:03:00.0/vram 4096
        drm/0000:0b:00.0/vram0 1024
        drm/0000:0b:00.0/vram1 8
        nvidia/00000000:3b:00.0/vidmem 65536

        """;

    private static readonly Gpu Amd = Of(GpuVendor.Amd, "amdgpu", 0x03);
    private static readonly Gpu Intel = Of(GpuVendor.Intel, "xe", 0x0b);
    private static readonly Gpu Nvidia = Of(GpuVendor.Nvidia, "nvidia", 0x3b);

    [Test]
    public void A_GPU_of_each_vendor_is_told_of_by_its_own_regions_and_one_of_several_tiles_by_all_of_them()
    {
        var dmem = Read(Capacity, Amd, Intel, Nvidia);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dmem.Of(UnitOf(Amd), Current), Is.EqualTo(4096));
            Assert.That(dmem.Of(UnitOf(Intel), Current), Is.EqualTo(1032));
            Assert.That(dmem.Of(UnitOf(Nvidia), Current), Is.EqualTo(65536));
        }
    }

    [Test]
    public void Of_a_tile_that_is_not_told_the_sum_is_not_known() =>
        Assert.That(Read(Capacity, Intel).Of(UnitOf(Intel), "drm/0000:0b:00.0/vram0 1024\n"), Is.Null);

    private static IEnumerable<TestCaseData> Untold =>
    [
        new TestCaseData(Amd with { Partition = 0 }).SetArgDisplayNames("a partition, of whose device all partitions' memory is told"),
        new TestCaseData(Nvidia with { MigDevices = [new MigDevice(0, 1, 0)] }).SetArgDisplayNames("a MIG device"),
        new TestCaseData(Intel with { Driver = "i915" }).SetArgDisplayNames("a driver without regions"),
        new TestCaseData(Amd with { PciAddress = new PciAddress(0, 0x04, 0, 0) }).SetArgDisplayNames("a GPU that the controller does not know"),
        new TestCaseData(Nvidia with { PciAddress = new PciAddress(1, 0x3b, 0, 0) }).SetArgDisplayNames("the same place of another domain"),
    ];

    [TestCaseSource(nameof(Untold))]
    public void Nothing_is_told_of(Gpu gpu) => Assert.That(Read(Capacity, gpu).Tells(UnitOf(gpu)), Is.False);

    [TestCase(true)]
    [TestCase(false)]
    public void Nothing_is_told_on_a_kernel_without_the_controller(bool isUnified) =>
        Assert.That(DmemMemory.Of(isUnified ? new UnifiedHierarchy(false, []) : null, HeldUnit.Of(Amd)).Tells(UnitOf(Amd)), Is.False);

    private static DmemMemory Read(string capacity, params ImmutableArray<Gpu> gpus) => DmemMemory.Of(new UnifiedHierarchy(true, DmemRegions.Parse(capacity)), HeldUnit.Of(gpus));

    private static HeldUnit UnitOf(Gpu gpu) => HeldUnit.Of(gpu).Single();

    private static Gpu Of(GpuVendor vendor, string driver, byte bus) => new() { Vendor = vendor, Index = 0, PciAddress = new PciAddress(0, bus, 0, 0), Driver = driver };
}
