using System.Globalization;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>What AMD's compute driver would tell of real processes, in a simulated host's /sys.</summary>
/// <param name="directory">On the same filesystem: a reader sees the old text or the new one.</param>
internal sealed class KfdUsers(SimulatedHost host, TestDirectory directory)
{
    private string Root => Path.Combine(host.SysRoot, "class/kfd/kfd");

    public void Tell(int pid, string address, long bytes) => Tell(pid, address, $"{bytes}\n");

    public void Tell(int pid, string address, string content)
    {
        var process = Directory.CreateDirectory(Path.Combine(Root, "proc", $"{pid}")).FullName;
        var written = directory.Combine($"written-{Guid.NewGuid():N}");
        File.WriteAllText(written, content);
        File.Move(written, Path.Combine(process, $"vram_{GpuId(address)}"), overwrite: true);
    }

    public void Forget()
    {
        if (Directory.Exists(Path.Combine(Root, "proc")))
            Directory.Delete(Path.Combine(Root, "proc"), recursive: true);
    }

    private string GpuId(string address)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"drm_render_minor {host.AmdGpus.Single(gpu => gpu.PciAddress == address).RenderNumber}");
        var node = Directory.GetDirectories(Path.Combine(Root, "topology/nodes")).Single(directory => File.ReadAllLines(Path.Combine(directory, "properties")).Contains(line));
        return File.ReadAllText(Path.Combine(node, "gpu_id")).Trim();
    }
}
