using System.Globalization;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>What AMD's compute driver would tell of real processes, in a simulated host's /sys.</summary>
internal sealed class KfdUsers(SimulatedHost host)
{
    private string Root => Path.Combine(host.SysRoot, "class/kfd/kfd");

    public void Tell(int pid, string address, long bytes)
    {
        var render = host.AmdGpus.Single(gpu => gpu.PciAddress == address).RenderNumber;
        var line = string.Create(CultureInfo.InvariantCulture, $"drm_render_minor {render}");
        var node = Directory.GetDirectories(Path.Combine(Root, "topology/nodes")).Single(directory => File.ReadAllLines(Path.Combine(directory, "properties")).Contains(line));
        var directory = Directory.CreateDirectory(Path.Combine(Root, "proc", $"{pid}")).FullName;
        File.WriteAllText(Path.Combine(directory, $"vram_{File.ReadAllText(Path.Combine(node, "gpu_id")).Trim()}"), $"{bytes}\n");
    }

    public void Forget()
    {
        if (Directory.Exists(Path.Combine(Root, "proc")))
            Directory.Delete(Path.Combine(Root, "proc"), recursive: true);
    }
}
