using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>What holds of any choice, of whatever devices.</summary>
public sealed class PreferredDeviceProperties
{
    [Test]
    public void As_many_are_chosen_as_are_asked_for_of_the_available_ones_and_the_wanted_ones_are_among_them() => Check(Units(), scene => scene.IsSound(scene.Choose()));

    [Test]
    public void The_same_holds_of_shares_which_lie_on_as_many_units_as_they_can() => Check(Shares(), scene =>
    {
        var chosen = scene.Choose();
        var free = scene.UnitsOf(scene.Available);
        return scene.IsSound(chosen) && scene.UnitsOf(chosen).Count == Math.Min(free.Count, scene.UnitsOf(scene.Wanted).Count + scene.Count - scene.Wanted.Length);
    });

    // Looked at one unit after the other: whether one can give it all.
    [Test]
    public void Memory_is_of_one_unit_or_refused_where_none_has_enough() => Check(Memory(), scene =>
    {
        var canBe = scene.UnitsOf(scene.Available).Any(unit =>
            scene.UnitsOf(scene.Wanted).All(wanted => wanted == unit) && scene.Resource.Devices.Count(device => device.Unit.Name == unit && scene.Available.Contains(device.Id)) >= scene.Count);
        try
        {
            var chosen = scene.Choose();
            return scene.IsSound(chosen) && (scene.Count == scene.Wanted.Length || (canBe && scene.UnitsOf(chosen).Count == 1));
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.KubernetesRefused)
        {
            return !canBe;
        }
    });

    [Test]
    public void The_order_of_what_the_kubelet_says_changes_nothing() => Check(Gen.OneOf(Units(), Shares()), scene =>
        (scene with { Available = [.. scene.Available.Reverse()], Wanted = [.. scene.Wanted.Reverse()], Links = [.. scene.Links.Reverse()] }).Choose().SequenceEqual(scene.Choose()));

    private static void Check(Gen<Scene> scenes, Func<Scene, bool> property) => Prop.ForAll(scenes.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<Scene> Units() => Gen.Choose(1, 12).SelectMany(count => Scenes(Gpus(count).Resource()));

    private static Gen<Scene> Shares() =>
        from count in Gen.Choose(1, 5)
        from replicas in Gen.Choose(2, 4)
        from scene in Scenes(Gpus(count).Resource(new() { KubernetesReplicas = replicas }))
        select scene;

    private static Gen<Scene> Memory() =>
        from sizes in Gen.Choose(1, 6).NonEmptyListOf()
        from scene in Scenes(Gpus(Math.Min(sizes.Count, 5)).Select((gpu, place) => gpu with { MemoryBytes = sizes[place] * NodeGpus.Gibibyte }).Resource(NodeGpus.Slices))
        select scene;

    private static IEnumerable<Gpu> Gpus(int count) => Enumerable.Range(0, count).Select(index => NodeGpus.Amd(index) with { NumaNode = index % 2 });

    private static Gen<Scene> Scenes(PluginResource resource) =>
        from available in Some(resource.Devices)
        from wanted in Gen.Frequency((2, Gen.Constant(ImmutableArray<PluginDevice>.Empty)), (1, Some(available)))
        from count in Gen.Choose(wanted.Length, available.Length)
        from links in Link(resource.Devices.Length).ListOf()
        select new Scene(resource, [.. available.Select(device => device.Id)], [.. wanted.Select(device => device.Id)], count, [.. links.DistinctBy(link => (link.First, link.Second))]);

    private static Gen<ImmutableArray<PluginDevice>> Some(ImmutableArray<PluginDevice> devices) =>
        ArbMap.Default.GeneratorFor<bool>().ArrayOf(devices.Length).Select(taken => devices.Where((_, place) => taken[place]).ToImmutableArray());

    private static Gen<GpuLink> Link(int size) =>
        from first in Gen.Choose(0, size)
        from second in Gen.Choose(first + 1, size + 2)
        from strength in Gen.Elements(1, 2, 85, GpuLink.Strongest)
        select new GpuLink(GpuVendor.Amd, first, second, strength);

    private sealed record Scene(PluginResource Resource, ImmutableArray<string> Available, ImmutableArray<string> Wanted, int Count, ImmutableArray<GpuLink> Links)
    {
        public ImmutableArray<string> Choose() => PreferredDevices.Choose(Resource, Available, Wanted, Count, Links);

        public bool IsSound(ImmutableArray<string> chosen) => chosen.Length == Count && chosen.Distinct().Count() == Count && chosen.All(Available.Contains) && Wanted.All(chosen.Contains);

        public HashSet<string> UnitsOf(IEnumerable<string> ids) => [.. ids.Select(id => Resource.Devices.Single(device => device.Id == id).Unit.Name)];

        public override string ToString() => $"{Resource.Name}: {Count} of {string.Join(' ', Available)}, wanted {string.Join(' ', Wanted)}, {string.Join(", ", Links)}";
    }
}
