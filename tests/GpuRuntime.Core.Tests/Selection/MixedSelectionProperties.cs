using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Selection;

public sealed class MixedSelectionProperties : MixedMachineFixture
{
    private protected override SimulatedHostOptions Options => ReadyHosts.ThreeVendors;

    [Test]
    public void Any_GPUs_by_any_of_their_names_in_any_order_give_the_union_of_their_nodes_each_once()
    {
        var host = Machine.Gpus;
        var every = host.SelectMany(Nodes).ToHashSet();
        var requests = (from gpu in Gen.Elements(host.AsEnumerable()) from name in Gen.Elements(Names(gpu).AsEnumerable()) select (gpu, name)).NonEmptyListOf();

        Prop.ForAll(requests.ToArbitrary(), named =>
        {
            var nodes = Machine.Nodes($"GPU_RUNTIME_GPUS=device={string.Join(',', named.Select(item => item.name))},capabilities=compute,graphics").ToList();
            return nodes.Distinct().Count() == nodes.Count && nodes.Where(every.Contains).ToHashSet().SetEquals(named.SelectMany(item => Nodes(item.gpu)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    [Test]
    public void No_text_makes_selection_throw_anything_but_a_refusal()
    {
        var host = Machine.Gpus;
        string[] variables = ["GPU_RUNTIME_GPUS", "NVIDIA_VISIBLE_DEVICES", "AMD_VISIBLE_DEVICES", "INTEL_VISIBLE_DEVICES", "DOCKER_RESOURCE_GPU"];
        string[] words =
        [
            .. host.SelectMany(Names), "all", "none", "amd:", "nvidia:", "intel:", "device=", "driver=", "count=", "capabilities=utility", "any",
            "0", "1", "7", "9999", "0-1", "0:0", "0x", "GPU-", "MIG-", "MIG-GPU-", "/0/0", "0000", "a4ce1b7c05", ",", ",", ":", "-", ".", " ", "\0", "é",
        ];
        var texts = Gen.OneOf(Gen.Elements(words).ArrayOf().Select(string.Concat), Gen.Elements(words).ArrayOf().Select(items => string.Join(',', items)));

        Prop.ForAll(texts.ToArbitrary(), text =>
        {
            foreach (var variable in variables)
                Tolerates($"{variable}={text}", host);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static void Tolerates(string environment, ImmutableArray<Gpu> host)
    {
        try
        {
            var facts = new ContainerFacts { Environment = new ContainerEnvironment([environment]) };
            if (RequestReader.Read(facts, RuntimeConfiguration.Default, out _) is { } request)
                GpuSelection.Select(request, host, RuntimeConfiguration.Default);
        }
        catch (GpuRuntimeException)
        {
            // A sentence for the user.
        }
    }

    private static IEnumerable<string> Nodes(Gpu gpu) => gpu.DeviceNodes.Concat(gpu.DrmNodes).Select(node => node.Path);

    private static List<string> Names(Gpu gpu)
    {
        var vendor = gpu.Vendor.Word();
        List<string> names = [gpu.Id, gpu.Id.ToUpperInvariant(), $"{gpu.PciAddress}", $"{vendor}:{gpu.PciAddress}", $"0000{gpu.PciAddress}".ToUpperInvariant()];
        if (gpu.Uuid is { } uuid)
            names.AddRange([uuid, uuid.ToLowerInvariant(), $"{vendor}:{uuid}"]);
        if (gpu is { Vendor: GpuVendor.Amd, Uuid: { } id })
            names.AddRange([$"GPU-{id[2..].PadLeft(16, '0')}", id[2..].PadLeft(16, '0'), id[2..]]);
        return names;
    }
}
