using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Agent.Watchdog;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Kubernetes;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Kubernetes.Labels;

/// <summary>
/// Keeps the file from which Node Feature Discovery labels the node, by rename. It outlives the agent: a node's labels do not go while its agent is
/// replaced.
/// </summary>
/// <param name="path">Absolute; empty: no labels. In a directory that is not made here: without it nobody reads the file.</param>
internal sealed class FeatureFile(string path, WatchdogReport report)
{
    private const string Subject = "feature file";
    private const uint ReadableByAll = 0b110_100_100;

    private string? _written;

    /// <summary>Called with the GPUs that are there, as often as one likes.</summary>
    public void Tell(ImmutableArray<Gpu> gpus)
    {
        if (path.Length == 0 || NodeLabels.FeatureFile(gpus) is var text && text == _written)
            return;
        try
        {
            var directory = Path.GetDirectoryName(path)!;
            if (HostPlaces.Look(directory) is not { IsDirectory: true })
            {
                report.WarnOnce(Subject, $"The node is not labelled: {directory} is no directory. Install Node Feature Discovery, or set kubernetes.featureFile to \"\"");
                return;
            }

            using (var root = RootedDirectory.Open(directory, default))
                root.Replace(Path.GetFileName(path), Encoding.UTF8.GetBytes(text), ReadableByAll);
            _written = text;
            report.Forget(subject => subject == Subject);
        }
        catch (Exception exception) when (exception is LinuxException or GpuRuntimeException)
        {
            report.WarnOnce(Subject, $"The node is not labelled: {path} cannot be written: {exception.Message}");
        }
    }
}
