using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>Which nodes a container gets for which capability.</summary>
public sealed class DeviceNodeTests : MachineFixture
{
    private static readonly string[] Unified = ["/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"];

    [Test]
    public void Utility_brings_the_control_node_and_the_GPUs() => Assert.That(Paths("0", "utility"), Is.EquivalentTo((string[])["/dev/nvidiactl", GpuNode(0)]));

    [TestCase("compute")]
    [TestCase("video")]
    [TestCase("compute,utility")]
    public void CUDA_needs_unified_memory(string capabilities) => Assert.That(Paths("0", capabilities), Is.EquivalentTo((string[])["/dev/nvidiactl", GpuNode(0), .. Unified]));

    [TestCase("graphics")]
    [TestCase("display")]
    public void Graphics_and_display_bring_the_GPUs_DRM_nodes_and_modesetting(string capability) =>
        Assert.That(Paths("0", capability), Is.EquivalentTo((string[])["/dev/nvidiactl", "/dev/nvidia-modeset", GpuNode(0), .. DrmNodes(0)]));

    [TestCase("ngx")]
    [TestCase("compat32")]
    public void Other_capabilities_bring_no_further_node(string capability) => Assert.That(Paths("0", capability), Is.EquivalentTo((string[])["/dev/nvidiactl", GpuNode(0)]));

    [Test]
    public void Control_nodes_come_once_however_many_GPUs_do()
    {
        var paths = Paths("all", "all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paths, Is.Unique);
            Assert.That(paths, Is.EquivalentTo((string[])
            [
                "/dev/nvidiactl", "/dev/nvidia-modeset", .. Unified, .. Enumerable.Range(0, 8).Select(GpuNode), .. Enumerable.Range(0, 8).SelectMany(DrmNodes),
            ]));
        }
    }

    [Test]
    public void Only_the_granted_GPUs_nodes_come() =>
        Assert.That(Paths("2,5", "compute,graphics"), Is.EquivalentTo((string[])
            ["/dev/nvidiactl", "/dev/nvidia-modeset", .. Unified, GpuNode(2), GpuNode(5), .. DrmNodes(2), .. DrmNodes(5)]));

    [Test]
    public void None_brings_the_control_nodes_and_no_GPU() =>
        Assert.That(Paths("none", "all"), Is.EquivalentTo((string[])["/dev/nvidiactl", "/dev/nvidia-modeset", .. Unified]));

    [Test]
    public void Numbers_mode_and_group_are_the_hosts_own()
    {
        var plan = Plan("3", "compute,graphics");
        var nodes = plan.DeviceNodes.ToDictionary(node => node.Path);
        var gpu = Host.Gpus[3];

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nodes[GpuNode(3)], Is.EqualTo(new DeviceNode(GpuNode(3), $"{Host.DevRoot}/nvidia{gpu.Minor}", 195, (uint)gpu.Minor, Octal("666"), 0, 0)));
            Assert.That(nodes["/dev/nvidiactl"], Has.Property("Major").EqualTo(195u).And.Property("Minor").EqualTo(255u));
            Assert.That(nodes["/dev/nvidia-modeset"], Has.Property("Major").EqualTo(195u).And.Property("Minor").EqualTo(254u));
            Assert.That(nodes["/dev/nvidia-uvm"], Has.Property("Major").EqualTo(507u).And.Property("Minor").EqualTo(0u));
            Assert.That(nodes["/dev/nvidia-uvm-tools"], Has.Property("Major").EqualTo(507u).And.Property("Minor").EqualTo(1u));
            Assert.That(
                nodes[$"/dev/dri/renderD{gpu.RenderNumber}"],
                Is.EqualTo(new DeviceNode($"/dev/dri/renderD{gpu.RenderNumber}", $"{Host.DevRoot}/dri/renderD{gpu.RenderNumber}", 226, (uint)gpu.RenderNumber, Octal("660"), 0, 110)));
        }
    }

    [Test]
    public void The_groups_of_closed_nodes_come_so_that_any_user_can_open_them()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plan("0", "graphics").AdditionalGids, Is.EqualTo((uint[])[44, 110]));
            Assert.That(Plan("all", "graphics").AdditionalGids, Is.EqualTo((uint[])[44, 110]), "each once");
            Assert.That(Plan("0", "compute").AdditionalGids, Is.Empty, "NVIDIA's own nodes are open to all");
            Assert.That(Plan("none", "graphics").AdditionalGids, Is.Empty);
        }
    }

    [Test]
    public void By_path_links_name_a_GPUs_DRM_nodes()
    {
        var gpu = Host.Gpus[1];

        var links = Plan("1", "graphics").Symlinks.Where(link => link.Path.StartsWith("/dev/", StringComparison.Ordinal));

        Assert.That(links, Is.EquivalentTo((ContainerSymlink[])
        [
            new($"/dev/dri/by-path/pci-{gpu.PciAddress}-card", $"../card{gpu.CardNumber}"),
            new($"/dev/dri/by-path/pci-{gpu.PciAddress}-render", $"../renderD{gpu.RenderNumber}"),
        ]));
    }

    [TestCase("compute")]
    [TestCase("utility")]
    public void Without_graphics_there_is_no_by_path_link(string capability) =>
        Assert.That(Plan("1", capability).Symlinks, Has.None.Matches<ContainerSymlink>(link => link.Path.StartsWith("/dev/", StringComparison.Ordinal)));

    [Test]
    public void The_boards_own_display_controller_is_never_granted() =>
        Assert.That(Paths("all", "all"), Has.None.AnyOf("/dev/dri/card0", "/dev/dri/renderD128"));

    private string GpuNode(int index) => $"/dev/nvidia{Host.Gpus[index].Minor}";

    private string[] DrmNodes(int index) => [$"/dev/dri/card{Host.Gpus[index].CardNumber}", $"/dev/dri/renderD{Host.Gpus[index].RenderNumber}"];

    private IEnumerable<string> Paths(string devices, string capabilities) => Plan(devices, capabilities).DeviceNodes.Select(node => node.Path);

    private ContainerEdits Plan(string devices, string capabilities) => Machine.Plan($"NVIDIA_VISIBLE_DEVICES={devices}", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}")!;

    private static uint Octal(string digits) => Convert.ToUInt32(digits, 8);
}
