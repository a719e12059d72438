namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>packaging/kubernetes-overlays. kubectl before 1.21, as the machine's may be, has a kustomize that does not know patches in this form.</summary>
public sealed class OverlayRows() : ManifestFixture("trixie")
{
    public static IEnumerable<string> Overlays => Directory.GetDirectories(Packaging("kubernetes-overlays")).Select(static directory => Path.GetFileName(directory)!).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Overlays))]
    public async Task An_overlay_changes_the_configuration_to_one_that_the_programs_take(string overlay)
    {
        var objects = await Kubectl.KustomizeAsync(Packaging("kubernetes-overlays", overlay));

        AssertKnown(objects);
        Assert.That(objects, Has.Length.EqualTo((await ManifestAsync()).Length));
        var told = await ConfigurationAsync(objects);
        Assert.That(overlay switch
        {
            "mig-mixed" => told["kubernetes.mig"] == "mixed" && told["kubernetes.partitions"] == "mixed",
            "sharing" => told["kubernetes.replicas"] == "4",
            "memory-slices" => told["kubernetes.memorySlices"] == "true",
            _ => false,
        }, Is.True, string.Join('\n', told));
    }
}
