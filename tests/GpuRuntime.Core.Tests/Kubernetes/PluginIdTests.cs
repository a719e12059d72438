using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Attribution;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>Ids under every way to offer a host's GPUs: the kubelet's rules, and that each is read back as what it is.</summary>
public sealed class PluginIdTests(string name) : EveryHost(name)
{
    private static readonly ImmutableArray<RuntimeConfiguration> Ways = [.. Units, new() { KubernetesPartitions = PartitionNaming.Mixed, KubernetesReplicas = 100 }, NodeGpus.Slices];

    [Test]
    public void Ids_are_unique_and_not_longer_than_the_kubelet_takes()
    {
        foreach (var way in Ways)
        {
            var ids = Devices(Gpus, way).Select(named => named.Device.Id).ToList();
            Assert.That(ids, Is.Unique);
            Assert.That(ids.Where(id => id.Length is 0 or > 63), Is.Empty);
        }
    }

    [Test]
    public void An_id_stays_the_same_when_another_GPU_goes()
    {
        foreach (var way in Ways)
        {
            var before = Devices(Gpus, way).ToLookup(named => named.Device.Unit.Name, named => named.Device.Id);
            foreach (var gone in Gpus.Select(gpu => gpu.PciAddress).Distinct())
            {
                var after = Devices([.. Gpus.Where(gpu => gpu.PciAddress != gone).Select((gpu, place) => gpu with { Index = place })], way);
                Assert.That(after.GroupBy(named => named.Device.Unit.Name, named => named.Device.Id).Where(unit => before.Contains(unit.Key) && !unit.SequenceEqual(before[unit.Key])), Is.Empty);
            }
        }
    }

    // The whole of a divided GPU is each of its MIG devices.
    [Test]
    public void The_metrics_read_each_id_back_as_its_unit()
    {
        var units = HeldUnit.Of(Gpus);

        foreach (var (_, device) in Devices(Gpus, Ways))
            Assert.That(DeviceId.UnitsOf(device.Id, units).Select(unit => unit.Name), Is.EqualTo(device.Unit.IsWhole ? HeldUnit.Of(device.Unit.Gpu).Select(unit => unit.Name) : [device.Unit.Name]), device.Id);
    }
}
