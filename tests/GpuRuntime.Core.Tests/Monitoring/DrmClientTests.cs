using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>fdinfo of DRM files as drivers print them (Documentation/gpu/drm-usage-stats.rst).</summary>
public sealed class DrmClientTests
{
    private const string Amdgpu = "pos:\t0\nflags:\t02100002\nmnt_id:\t27\nino:\t584\ndrm-driver:\tamdgpu\ndrm-client-id:\t42\ndrm-pdev:\t0000:03:00.0\npasid:\t32771\n";
    private const string Xe = "drm-driver:\txe\ndrm-client-id:\t7\ndrm-pdev:\t0000:0b:00.0\ndrm-total-system:\t0\n";
    private const string I915 = "drm-driver:\ti915\ndrm-client-id:\t9\ndrm-pdev:\t0000:4d:00.0\n";

    [TestCase("drm-memory-vram:\t524288 KiB\n", ExpectedResult = 512L << 20, TestName = "amdgpu before it printed resident memory")]
    [TestCase("drm-total-vram:\t9 GiB\ndrm-resident-vram:\t2048 KiB\n", ExpectedResult = 2L << 20, TestName = "amdgpu with the name of all drivers")]
    [TestCase("drm-memory-vram:\t1024 KiB\ndrm-resident-vram:\t2 MiB\n", ExpectedResult = 2L << 20, TestName = "amdgpu with both names: resident")]
    [TestCase("drm-memory-vram:\t3 MiB\ndrm-resident-vram:\t2 MiB\n", ExpectedResult = 3L << 20, TestName = "amdgpu with both names: memory")]
    [TestCase("drm-memory-gtt:\t3 MiB\ndrm-resident-vram:\t4096\n", ExpectedResult = 4096L, TestName = "a number without a unit is bytes")]
    [TestCase("drm-resident-vram:\t0\n", ExpectedResult = 0L, TestName = "a client that holds nothing")]
    public long? Device_memory_of_amdgpu(string lines) => Parse(Amdgpu + lines).DeviceMemoryBytes;

    [TestCase("drm-resident-vram0:\t16 MiB\n", ExpectedResult = 16L << 20)]
    [TestCase("drm-resident-vram0:\t16 MiB\ndrm-resident-vram1:\t8 MiB\ndrm-resident-gtt:\t99 MiB\ndrm-shared-vram0:\t99 MiB\n", ExpectedResult = 24L << 20)]
    public long? Device_memory_of_xe_is_that_of_all_tiles(string lines) => Parse(Xe + lines).DeviceMemoryBytes;

    [TestCase("drm-resident-system0:\t1 GiB\ndrm-resident-local0:\t3 MiB\ndrm-resident-stolen-local0:\t8 MiB\n", ExpectedResult = 3L << 20)]
    [TestCase("drm-resident-system0:\t1 GiB\n", ExpectedResult = null)]
    public long? Device_memory_of_i915_is_the_local_region(string lines) => Parse(I915 + lines).DeviceMemoryBytes;

    [TestCase("")]
    [TestCase("drm-total-vram:\t9 MiB\n")]
    [TestCase("drm-resident-vram-visible:\t9 MiB\n")]
    [TestCase("drm-resident-vram:\tmuch\n")]
    [TestCase("drm-resident-vram:\t-1 KiB\n")]
    [TestCase("drm-resident-vram:\t9 kB\n")]
    [TestCase("drm-resident-vram:\t9007199254740993 KiB\n")]
    [TestCase("drm-resident-vram:\n")]
    public void What_a_driver_does_not_tell_is_unknown_and_not_zero(string lines) => Assert.That(Parse(Amdgpu + lines).DeviceMemoryBytes, Is.Null);

    [Test]
    public void A_driver_whose_regions_are_not_known_tells_no_device_memory() =>
        Assert.That(Parse(Amdgpu.Replace("amdgpu", "panthor", StringComparison.Ordinal) + "drm-resident-vram:\t9 KiB\n").DeviceMemoryBytes, Is.Null);

    [Test]
    public void A_client_is_its_number_on_its_GPU() =>
        Assert.That(Parse(Amdgpu), Is.EqualTo(new DrmClient("amdgpu", PciAddress.Parse("0000:03:00.0")!.Value, 42, null)));

    [TestCase("pos:\t0\nflags:\t02\n", TestName = "no DRM file")]
    [TestCase("", TestName = "an empty file")]
    [TestCase("drm-driver:\tamdgpu\ndrm-client-id:\t42\n", TestName = "no PCI device")]
    [TestCase("drm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\n", TestName = "no client")]
    [TestCase("drm-driver:\tamdgpu\ndrm-pdev:\t0000:03:00.0\ndrm-client-id:\t-1\n", TestName = "no number")]
    [TestCase("drm-pdev:\t0000:03:00.0\ndrm-client-id:\t4\n", TestName = "no driver")]
    public void A_file_that_is_no_client_is_none(string text) => Assert.That(DrmClient.Parse(text), Is.Null);

    [Test]
    public void No_text_throws() => Prop.ForAll<string?>(text =>
    {
        _ = DrmClient.Parse(text);
        _ = DrmClient.Parse($"{Amdgpu}drm-resident-vram:{text}");
        return true;
    }).QuickCheckThrowOnFailure();

    [Test]
    public void An_amount_reads_as_it_was_printed() =>
        Prop.ForAll<PositiveInt>(amount => Parse($"{Amdgpu}drm-resident-vram:\t{amount.Get} KiB\n").DeviceMemoryBytes == amount.Get * 1024L).QuickCheckThrowOnFailure();

    private static DrmClient Parse(string text) => DrmClient.Parse(text)!;
}
