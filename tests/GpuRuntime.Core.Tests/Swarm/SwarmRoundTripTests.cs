using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Swarm;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Swarm;

/// <summary>Each name that a host advertises selects, in the variable that Swarm makes of it, one GPU or MIG device, and no two the same.</summary>
public sealed class SwarmRoundTripTests
{
    private static IEnumerable<string> ReadyHostNames => ReadyHosts.ByName.Keys.Except(["no-gpu"]);

    [TestCaseSource(nameof(ReadyHostNames))]
    public void Every_name_selects_one_GPU_and_all_names_together_all_GPUs_that_can_be_handed_out(string name)
    {
        using var machine = MixedMachine.Create(ReadyHosts.ByName[name]);

        AssertRoundTrip(machine.Gpus);
    }

    [Test]
    public void MIG_devices_are_selected_one_by_one([Values] bool uuidsUnknown)
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions
        {
            GpuCount = 2,
            UuidsUnknown = uuidsUnknown,
            MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(1, 0), new(2, 0), new(9, 0)]).Add(1, [new(1, 0), new(1, 1)]),
        });

        Assert.That(SwarmAdvertisement.Of(machine.Gpus), Has.Length.EqualTo(5));
        AssertRoundTrip(machine.Gpus);
    }

    [Test]
    public void GPUs_whose_UUIDs_nobody_read_yet_are_selected_one_by_one()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 4, UuidsUnknown = true });

        AssertRoundTrip(machine.Gpus);
    }

    private static void AssertRoundTrip(ImmutableArray<Gpu> host)
    {
        var advertised = SwarmAdvertisement.Of(host);
        var selected = advertised.Select(resource => string.Join(' ', Selected(host, [resource]))).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(selected, Is.Unique);
            Assert.That(selected, Has.None.Contains(" ").And.None.Empty);
            Assert.That(Selected(host, advertised), Is.EquivalentTo(selected), "several names in one variable");
            Assert.That(selected.Select(item => item.Split('/')[0]).Distinct(), Is.EquivalentTo(host.Where(gpu => !gpu.OffersVirtualFunctions).Select(gpu => gpu.Id)));
            Assert.That(advertised.Select(resource => resource.Split('=')), Has.All.Length.EqualTo(2));
            Assert.That(advertised.Any(resource => resource.Contains(',', StringComparison.Ordinal)), Is.False);
            Assert.That(advertised.Any(resource => long.TryParse(resource.Split('=')[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out _)), Is.False, "a count");
        }
    }

    // As a task's environment: the kind in upper case, its values joined.
    private static IEnumerable<string> Selected(ImmutableArray<Gpu> host, ImmutableArray<string> reserved)
    {
        var environment = reserved.Select(resource => resource.Split('=')).GroupBy(pair => pair[0])
            .Select(kind => $"DOCKER_RESOURCE_{kind.Key.ToUpperInvariant()}={string.Join(',', kind.Select(pair => pair[1]))}").ToArray();
        var request = RequestReader.Read(new ContainerFacts { Environment = new ContainerEnvironment(environment) }, RuntimeConfiguration.Default, out _)!;
        return GpuSelection.Select(request, host, RuntimeConfiguration.Default).Gpus
            .SelectMany(gpu => gpu.MigDevices.IsEmpty ? [gpu.Id] : gpu.MigDevices.Select(device => $"{gpu.Id}/{device.GpuInstance}/{device.ComputeInstance}"));
    }
}
