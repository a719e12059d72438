using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Dashboards;

/// <summary>docs/monitoring.md says all that there is, and nothing else.</summary>
public sealed partial class MonitoringGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs/monitoring.md"));

    [Test]
    public void It_lists_every_metric_with_its_labels()
    {
        // Each table leaves out what its metrics begin with. Those of the host stand in a sentence.
        HashSet<string> listed =
        [
            .. Codes(Between("## Metrics", "Containers: labels"), "gpu_runtime_"),
            .. Codes(Between("Containers: labels", "The host:"), "gpu_runtime_container_"),
            .. Code().Matches(Between("The host:", "## Health")).SelectMany(match => Word().Matches(match.Groups[1].Value)).Select(match => $"gpu_runtime_{match.Value}"),
        ];
        var wanted = MetricTable.Labels.Where(pair => pair.Key.StartsWith("gpu_runtime_", StringComparison.Ordinal)).ToList();
        var labels = wanted.SelectMany(pair => pair.Value).SelectMany(label => (string[])[$"gpu_runtime_{label}", $"gpu_runtime_container_{label}"]);

        Assert.That(wanted.Select(pair => pair.Key).Where(name => !listed.Contains(name)), Is.Empty);
        Assert.That(listed.Except(wanted.Select(pair => pair.Key)).Except(labels), Is.Empty);
        Assert.That(
            wanted.Where(pair => !pair.Key.StartsWith("gpu_runtime_container_", StringComparison.Ordinal)).SelectMany(pair => pair.Value.Except((string[])["vendor", "gpu"])).Distinct().Where(label => !Guide.Contains($"`{label}`", StringComparison.Ordinal) && !Guide.Contains($"{{{label}}}", StringComparison.Ordinal)),
            Is.Empty);
    }

    [Test]
    public void It_lists_every_reason_of_health()
    {
        var codes = typeof(HealthCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

        Assert.That(Rows(Between("## Health", "| XID |")).Select(row => row[0].Trim('`', ' ')).Where(word => word != "code"), Is.EquivalentTo(codes));
    }

    [Test]
    public void It_lists_every_critical_XID()
    {
        var numbers = Rows(Between("| XID |", "XIDs that programs bring about")).SelectMany(row => Number().Matches(row[0]).Select(match => int.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture)));

        Assert.That(numbers, Is.EquivalentTo(CriticalXids.All.Select(xid => xid.Xid)));
    }

    [Test]
    public void It_lists_every_key_of_the_agents()
    {
        var keys = ConfigurationKey.All.Select(key => key.Name).Where(name => name.StartsWith("agent.", StringComparison.Ordinal) && name != "agent.tls.key");

        Assert.That(keys.Where(key => !Guide.Contains($"| `{key}`", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void It_lists_every_label_of_the_other_exporters_names()
    {
        var gpu = new Gpu { Vendor = GpuVendor.Nvidia, Index = 0, PciAddress = new PciAddress(0, 1, 0, 0), DriverVersion = "1" };
        var holder = new ContainerIdentity("1", "docker") { Pod = "p", PodNamespace = "n", PodUid = "u" };
        var sample = new HostSample(DateTimeOffset.UnixEpoch)
        {
            Gpus = [new GpuSample(gpu) { MigDevices = [new MigSample(new MigDevice(0, 1, 0) { Profile = "1g" }) { MemoryUsedBytes = 1 }] }],
            Containers = [new ContainerUse(holder, [new UnitUse("nvidia:0:0", GpuVendor.Nvidia, "nvidia:0")])],
        };
        var page = new ArrayBufferWriter<byte>();
        MetricPage.Write(sample, new MetricSubject("1", "host"), DcgmMetrics.All, MetricFormat.Prometheus, page);

        var labels = Label().Matches(Encoding.UTF8.GetString(page.WrittenSpan)).Select(match => match.Groups[1].Value).Distinct().ToArray();

        Assert.That(labels, Does.Contain("GPU_I_ID").And.Contain("pod_uid"));
        Assert.That(labels.Where(label => !Between("### Dashboards for NVIDIA's exporter", "## What it costs").Contains($"`{label}`", StringComparison.Ordinal)), Is.Empty);
    }

    // Names and labels of a table's first column, but for its heading's.
    private static IEnumerable<string> Codes(string part, string start) =>
        Rows(part).SelectMany(row => Code().Matches(row[0])).Select(match => match.Groups[1].Value).Where(code => !code.EndsWith("...", StringComparison.Ordinal)).Select(code => start + code);

    private static string Between(string start, string end)
    {
        var from = Guide.IndexOf(start, StringComparison.Ordinal);
        var to = Guide.IndexOf(end, from + start.Length, StringComparison.Ordinal);
        Assert.That(from >= 0 && to > from, $"{start} ... {end}");
        return Guide[from..to];
    }

    private static IEnumerable<string[]> Rows(string part) => part.Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal)).Select(line => line.Trim('|').Split(" | "));

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();

    [GeneratedRegex("[a-z_]+")]
    private static partial Regex Word();

    [GeneratedRegex("[{,]([A-Za-z_]+)=\"")]
    private static partial Regex Label();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
