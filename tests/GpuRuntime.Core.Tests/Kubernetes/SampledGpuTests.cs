using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Monitoring.Samples;
using static GpuRuntime.Core.Tests.Kubernetes.NodeGpus;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>What a reading adds to what files tell of a GPU.</summary>
public sealed class SampledGpuTests
{
    [Test]
    public void Memory_that_no_file_tells_is_the_readings() =>
        Assert.That(SampledGpu.Of(new GpuSample(Nvidia(0)) { MemoryTotalBytes = 80 * Gibibyte }).MemoryBytes, Is.EqualTo(80 * Gibibyte));

    [Test]
    public void Memory_that_a_file_tells_stays() =>
        Assert.That(SampledGpu.Of(new GpuSample(Amd(0) with { MemoryBytes = 24 * Gibibyte }) { MemoryTotalBytes = 192 * Gibibyte }).MemoryBytes, Is.EqualTo(24 * Gibibyte));

    [Test]
    public void MIG_devices_get_what_was_told_of_the_same_instance()
    {
        var unknown = new MigDevice(0, 7, 0);
        var sample = new GpuSample(Nvidia(0, unknown, unknown with { Index = 1, GpuInstance = 8 })) { MigDevices = [new MigSample(Mig(1, "1g.10gb") with { MemoryBytes = 10 * Gibibyte })] };

        Assert.That(SampledGpu.Of(sample).MigDevices, Is.EqualTo((MigDevice[])[unknown, Mig(1, "1g.10gb") with { MemoryBytes = 10 * Gibibyte }]).Using<MigDevice>(Same));
    }

    [Test]
    public void A_reading_that_failed_takes_nothing_away() =>
        Assert.That(SampledGpu.Of(new GpuSample(Nvidia(0, Mig(0, "1g.10gb"))) { Problem = "NVML does not answer" }).MigDevices.Single().Profile, Is.EqualTo("1g.10gb"));

    // Their lists of nodes are equal by reference alone.
    private static bool Same(MigDevice first, MigDevice second) => (first with { CapabilityNodes = [] }) == (second with { CapabilityNodes = [] });
}
