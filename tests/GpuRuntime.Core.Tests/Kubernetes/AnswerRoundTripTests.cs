using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>Each device's answer means, to whoever reads it, that device's unit and no other.</summary>
public sealed class AnswerRoundTripTests(string name) : EveryHost(name)
{
    private const string Hook = "/usr/local/bin/gpu-runtime-hook";

    [Test]
    public void The_specifications_of_the_host_define_the_CDI_device_as_that_unit()
    {
        var defined = VendorModules.All.ToDictionary(
            module => module.Vendor,
            module => Gpus.Any(gpu => gpu.Vendor == module.Vendor) ? CdiGenerator.Generate(module, Host.Root, Host.Configuration, Hook)!.Spec.Devices.Select(device => device.Name).ToHashSet() : []);

        foreach (var (resource, device) in Devices(Gpus, Units))
        {
            var answer = CdiName.Parse(ContainerAnswer.Of(resource, [device.Id], RuntimeConfiguration.Default).CdiDevices.Single());
            var vendor = device.Unit.Gpu.Vendor;
            Assert.That(answer.Kind, Is.EqualTo(vendor.CdiKind()));
            Assert.That(defined[vendor], Has.Member(answer.Device), device.Id);
            Assert.That(Places(CdiDeviceNames.Named(answer.Device, [.. Host.Gpus.Where(gpu => gpu.Vendor == vendor)], Host.Configuration)), Is.EqualTo(Places(device)), device.Id);
        }
    }

    [Test]
    public void The_vendors_variable_selects_that_unit()
    {
        foreach (var (resource, device) in Devices(Gpus, Units))
        {
            var answer = ContainerAnswer.Of(resource, [device.Id], new RuntimeConfiguration { KubernetesDeviceList = DeviceListStrategy.Environment });
            Assert.That(Places(Selected(answer, out var limit)), Is.EqualTo(Places(device)), device.Id);
            Assert.That(limit, Is.Null);
        }
    }

    [Test]
    public void A_request_for_memory_selects_that_unit_with_that_limit([Values(DeviceListStrategy.Cdi, DeviceListStrategy.Environment)] DeviceListStrategy strategy)
    {
        foreach (var slices in Devices(Gpus, NodeGpus.Slices).GroupBy(named => named.Device.Unit.Name))
        {
            var (resource, device) = slices.First();
            var answer = ContainerAnswer.Of(resource, [.. slices.Select(named => named.Device.Id)], NodeGpus.Slices with { KubernetesDeviceList = strategy });
            Assert.That(Places(Selected(answer, out var limit)), Is.EqualTo(Places(device)), device.Id);
            Assert.That(limit, Is.EqualTo(slices.Count() * NodeGpus.Gibibyte));
        }
    }

    private ImmutableArray<Gpu> Selected(ContainerAnswer answer, out long? limit)
    {
        var facts = new ContainerFacts
        {
            Environment = new ContainerEnvironment([.. answer.Environment.Select(variable => $"{variable.Key}={variable.Value}")]),
            Annotations = answer.Annotations.ToImmutableDictionary(),
        };
        var request = RequestReader.Read(facts, Host.Configuration, out _)!;
        limit = request.MemoryLimitBytes;
        return GpuSelection.Select(request, Host.Gpus, Host.Configuration).Gpus;
    }

    private static IEnumerable<string> Places(PluginDevice device) => Places([device.Unit.Gpu]);

    private static IEnumerable<string> Places(ImmutableArray<Gpu> gpus) => HeldUnit.Of(gpus).Select(unit => unit.Name);
}
