namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>/dev/dri: only where the capability draws something, and only for the GPUs that were granted.</summary>
public sealed class DisplayNodeRows : DockerFixture
{
    private TestImage? _busybox;

    [TestCase("graphics")]
    [TestCase("display")]
    public async Task Graphics_and_display_give_the_card_and_render_nodes_of_the_granted_GPUs(string capability)
    {
        var result = await RunAsync(capability, Probe.ListNodes.AsSpan());

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(
            [.. HostNodes.OfGpus(Host, 1, 6), .. HostNodes.ForDisplay(Host, 1, 6), HostNodes.Control, HostNodes.Modeset]));
    }

    [TestCase("utility")]
    [TestCase("compute")]
    [TestCase("compute,utility,video")]
    public async Task Other_capabilities_give_no_node_below_dev_dri(string capabilities)
    {
        var result = await RunAsync(capabilities, "sh", "-c", "ls -d /dev/dri /dev/nvidia-modeset 2>/dev/null; true");

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    [Test]
    public async Task Utility_alone_needs_no_unified_memory()
    {
        var result = await RunAsync("utility", Probe.ListNodes.AsSpan());

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, 1, 6), HostNodes.Control]));
    }

    [Test]
    public async Task Links_by_PCI_address_are_those_of_the_granted_GPUs_and_lead_to_their_nodes()
    {
        var result = await RunAsync("graphics", "sh", "-c", "cd /dev/dri/by-path && for l in *; do echo $l $(readlink -f $l); done");

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo(HostNodes.ByPathLinks(Host, 1, 6)
            .Zip(HostNodes.ForDisplay(Host, 1, 6), static (link, node) => $"{link} {node}")));
    }

    [Test]
    public async Task Nodes_below_dev_dri_open()
    {
        string[] nodes = [.. HostNodes.ForDisplay(Host, 1, 6), HostNodes.Modeset];

        var result = await RunAsync("graphics,display", Probe.Open(nodes).AsSpan());

        Probe.AssertAllOpen(result, nodes);
    }

    private Task<CommandResult> RunAsync(string capabilities, params ReadOnlySpan<string> command) =>
        Docker.RunAsync(Asking(_busybox!, "1,6", [.. command]).With("NVIDIA_DRIVER_CAPABILITIES", capabilities));

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
