using GpuRuntime.Agent.Monitoring.Amd;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>Captured hosts, whose GPUs are found as they are everywhere and then read; skipped where the captures are not at hand.</summary>
public sealed class AmdCapturedHostTests : DirectoryFixture
{
    [Test]
    public void A_card_beside_those_of_other_vendors_is_read_by_its_address()
    {
        var sample = Read("mix-amd-intel-nvidia").Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sample.Gpu.Id, Is.EqualTo("amd:0"));
            Assert.That((sample.PowerWatts, sample.PowerLimitWatts, sample.MemoryUsedBytes, sample.MemoryTotalBytes), Is.EqualTo((36.0, 289.0, 668_274_688L, 17_163_091_968L)));
            Assert.That(sample.Temperatures.Take(3), Is.EqualTo((Temperature[])[new("edge", 56, 100), new("junction", 59, 110), new("memory", 54, 100)]));
            Assert.That(sample.Problem, Is.Null);
        }
    }

    // Of this host the topology alone was captured, without its memory banks.
    [Test]
    public void Of_partitions_without_sensors_that_is_said_of_the_first_of_each_board()
    {
        var samples = Read("mi300x8-cpx");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(samples, Has.Count.EqualTo(63));
            foreach (var sample in samples)
            {
                Assert.That((sample.UtilizationRatio, sample.MemoryTotalBytes, sample.MemoryUsedBytes, sample.PowerWatts, sample.EnergyJoules), Is.EqualTo(((double?)null, (long?)null, (long?)null, (double?)null, (double?)null)));
                Assert.That((sample.Engines.Length, sample.Temperatures.Length, sample.Clocks.Length, sample.Errors.Length, sample.Throttling.Length), Is.EqualTo((0, 0, 0, 0, 0)));
                Assert.That((sample.Pcie, sample.Problem), Is.EqualTo(((PcieLink?)null, sample.Gpu.Partition == 0 ? "its driver tells nothing of it" : null)));
            }
        }
    }

    private List<GpuSample> Read(string name)
    {
        CapturedHost host;
        try
        {
            host = CapturedHost.Open(name, Temporary.Combine(name));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }

        var configuration = ConfigurationFile.Load(host.ConfigPath).Values;
        using var root = new LinuxHostRoot(configuration);
        using var source = new AmdSensorSource(configuration, TimeProvider.System);
        var samples = new List<GpuSample>();
        foreach (var gpu in VendorModules.Discover(root).Where(gpu => gpu.Vendor == GpuVendor.Amd).Select(gpu => VendorModules.Describe(gpu, root)))
        {
            using var sensors = source.Open(gpu, HeldUnit.Of(gpu));
            samples.Add(sensors.Read(TimeSpan.Zero));
        }

        return samples;
    }
}
