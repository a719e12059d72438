using GpuRuntime.Core.Monitoring;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>Files of KFD and of the dmem controller that tell what is used.</summary>
public sealed class DeviceMemoryFileTests
{
    [TestCase("0\n", ExpectedResult = 0L)]
    [TestCase("17163091968\n", ExpectedResult = 17163091968L)]
    [TestCase("", ExpectedResult = null)]
    [TestCase("-1\n", ExpectedResult = null)]
    [TestCase("99999999999999999999\n", ExpectedResult = null)]
    [TestCase("1 2\n", ExpectedResult = null)]
    public long? KFDs_file_of_a_process_is_bytes(string text) => KfdProcess.ParseMemory(text);

    [Test]
    public void Each_partition_has_an_id_of_its_own_in_KFD()
    {
        using var machine = MixedMachine.Create(ReadyHosts.PartitionedMi300);
        var known = KfdProcess.GpuIds(machine.Root);

        List<uint> ids = [.. machine.Gpus.Select(gpu => known[gpu.HipIndex!.Value])];

        Assert.That(ids, Has.Count.EqualTo(8).And.Unique);
        Assert.That(KfdProcess.MemoryFile(4711, ids[0]), Is.EqualTo($"class/kfd/kfd/proc/4711/vram_{ids[0]}"));
    }

    [Test]
    public void A_GPU_that_KFD_does_not_know_has_no_id()
    {
        using var machine = MixedMachine.Create(ReadyHosts.NoKfd);

        Assert.That(KfdProcess.GpuIds(machine.Root), Is.Empty);
    }

    [TestCase("drm/0000:03:00.0/vram", ExpectedResult = 4096L)]
    [TestCase("drm/0000:0b:00.0/vram0 drm/0000:0b:00.0/vram1", ExpectedResult = 8L)]
    [TestCase("drm/0000:0b:00.0/vram0", ExpectedResult = 0L)]
    [TestCase("drm/0000:0b:00.0/vram1 drm/0000:0b:00.0/vram2", ExpectedResult = null)]
    [TestCase("drm/0000:99:00.0/vram", ExpectedResult = null)]
    [TestCase("", ExpectedResult = null)]
    public long? A_cgroups_use_is_the_sum_of_the_GPUs_regions_and_unknown_unless_all_are_told(string regions) =>
        DmemUse.Of("drm/0000:03:00.0/vram 4096\ndrm/0000:0b:00.0/vram0 0\ndrm/0000:0b:00.0/vram1 8\n", regions.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [TestCase("drm/0000:03:00.0/vram max\n")]
    [TestCase("drm/0000:03:00.0/vram  1\n")]
    [TestCase("drm/0000:03:00.0/vram -1\n")]
    [TestCase("drm/0000:03:00.0/vram\n")]
    [TestCase("")]
    public void A_line_of_another_form_tells_nothing(string text) => Assert.That(DmemUse.Of(text, ["drm/0000:03:00.0/vram"]), Is.Null);
}
