using FsCheck;
using FsCheck.Fluent;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>What holds of any choice among any GPUs: among few, of which all sets are looked at, and among many, of which they are not.</summary>
public sealed class PlacementProperties
{
    [TestCase(0, 7)]
    [TestCase(16, 40)]
    public void As_many_are_chosen_as_are_wanted_each_once_and_from_the_candidates(int fewest, int most) =>
        Check(fewest, most, scene => scene.Choose() is var chosen
            && chosen.Length == scene.Count && chosen.Distinct().Count() == scene.Count && chosen.All(scene.Candidates.Select(candidate => candidate.Gpu).Contains));

    [TestCase(0, 7)]
    [TestCase(16, 40)]
    public void They_stand_in_the_hosts_order(int fewest, int most) =>
        Check(fewest, most, scene => scene.Choose() is var chosen && chosen.SequenceEqual(chosen.OrderBy(gpu => gpu.Vendor).ThenBy(gpu => gpu.Index)));

    [TestCase(0, 7)]
    [TestCase(16, 40)]
    public void None_is_left_out_for_one_that_does_not_compute_or_that_more_hold(int fewest, int most) =>
        Check(fewest, most, scene =>
        {
            var chosen = scene.Choose();
            return PlacementScene.Ranks(scene.Candidates.Where(candidate => chosen.Contains(candidate.Gpu))) == PlacementScene.Ranks(scene.Candidates)[..scene.Count];
        });

    [TestCase(0, 7)]
    [TestCase(16, 40)]
    public void The_order_of_the_candidates_and_of_the_links_changes_nothing(int fewest, int most) =>
        Prop.ForAll(
            PlacementScene.Any(fewest, most).ToArbitrary(),
            ArbMap.Default.ArbFor<int>(),
            (scene, seed) =>
            {
                var random = new System.Random(seed);
                var shuffled = scene with { Candidates = [.. scene.Candidates.OrderBy(_ => random.Next())], Links = [.. scene.Links.OrderBy(_ => random.Next())] };
                return shuffled.Choose().SequenceEqual(scene.Choose());
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Of_few_the_best_set_is_found() => Check(0, 7, scene => scene.Choose().Select(gpu => gpu.Id).SequenceEqual(scene.BestOfAll()));

    private static void Check(int fewest, int most, Func<PlacementScene, bool> property) =>
        Prop.ForAll(PlacementScene.Any(fewest, most).ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
