using System.Buffers;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>A page of metrics while it is written: metrics by their families, each with its series.</summary>
public sealed class MetricPage
{
    // Beyond, doubles do not tell all whole numbers apart.
    private const double LargestWhole = 1L << 53;

    private readonly IBufferWriter<byte> _output;
    private readonly MetricFormat _format;
    private readonly List<(string? First, string? Second)> _added = [];
    private IReadOnlyList<DcgmUnit>? _dcgmUnits;
    private MetricLabels? _subject;
    private MetricFamily? _announced;
    private MetricFamily? _family;

    private MetricPage(HostSample sample, MetricSubject subject, MetricFormat format, IBufferWriter<byte> output)
    {
        Sample = sample;
        Subject = subject;
        _format = format;
        _output = output;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        Gpus = [.. sample.Gpus.Select(gpu => (gpu, MetricLabels.Of(("vendor", gpu.Gpu.Vendor.Word()), ("gpu", ids.Add(gpu.Gpu.Id) ? gpu.Gpu.Id : PlaceOf(gpu.Gpu)))))];
        Units = [.. sample.Containers.SelectMany(container => container.Units.Select(unit => (unit, ContainerLabels(container.Container, unit))))];
    }

    public HostSample Sample { get; }

    /// <summary>Who serves the page.</summary>
    public MetricSubject Subject { get; }

    /// <summary>Every GPU with the labels that all of its series have.</summary>
    public IReadOnlyList<(GpuSample Gpu, MetricLabels Labels)> Gpus { get; }

    /// <summary>Every GPU or MIG device of every container, with the labels that all of its series have.</summary>
    public IReadOnlyList<(UnitUse Unit, MetricLabels Labels)> Units { get; }

    /// <summary>Writes a page.</summary>
    /// <param name="sample">Its values; a family without any is not on the page.</param>
    /// <param name="families">In the order of the page.</param>
    public static void Write(HostSample sample, MetricSubject subject, IEnumerable<MetricFamily> families, MetricFormat format, IBufferWriter<byte> output)
    {
        var page = new MetricPage(sample, subject, format, output);
        foreach (var family in families)
        {
            page._family = family;
            page._subject = null;
            family.Series(page);
        }

        if (format == MetricFormat.OpenMetrics)
            output.Write("# EOF\n"u8);
    }

    /// <summary>
    /// One series of the family that is being written; none for a value that is not known, and none for what a source tells a second time under
    /// the same labels, of which one is told by two values at most.
    /// </summary>
    public void Add(MetricLabels labels, double? value, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        if (value is not { } number || !double.IsFinite(number))
            return;
        if (!ReferenceEquals(_subject, labels))
            _added.Clear();
        _subject = labels;
        var own = (more.Length > 0 ? more[0].Value : null, more.Length > 1 ? more[1].Value : null);
        if (_added.Contains(own))
            return;
        _added.Add(own);
        Announce();
        Text(_family!.Name);
        var isFirst = labels.Text.IsEmpty;
        if (!isFirst || more.Length > 0)
        {
            _output.Write("{"u8);
            _output.Write(labels.Text);
            foreach (var (name, text) in more)
            {
                if (text is null)
                    continue;
                if (!isFirst)
                    _output.Write(","u8);
                isFirst = false;
                MetricLabels.Write(_output, name, text);
            }

            _output.Write("}"u8);
        }

        _output.Write(" "u8);
        Number(number);
        _output.Write("\n"u8);
    }

    /// <summary>GPUs and MIG devices as NVIDIA's exporter has them.</summary>
    internal IReadOnlyList<DcgmUnit> DcgmUnits => _dcgmUnits ??= DcgmUnit.Of(Sample, Subject);

    // Of a GPU that is gone while another one has taken over its id.
    private static string PlaceOf(Gpu gpu) => Allocation.HeldUnit.Of(gpu with { MigDevices = [] })[0].Name;

    private static MetricLabels ContainerLabels(ContainerIdentity container, UnitUse unit) => MetricLabels.Of(
        ("vendor", unit.Vendor.Word()),
        ("gpu", unit.GpuId),
        ("mig", unit.UnitId.Length > unit.GpuId.Length ? unit.UnitId[(unit.GpuId.Length + 1)..] : null),
        ("container", container.Id),
        ("engine", container.Engine),
        ("name", container.Name),
        ("pod", container.Pod),
        ("namespace", container.PodNamespace),
        ("pod_container", container.PodContainer));

    private void Announce()
    {
        if (_announced == _family)
            return;
        _announced = _family;
        var family = _family!;
        var isOpen = _format == MetricFormat.OpenMetrics;
        var name = isOpen ? family.BaseName : family.Name;
        // A counter of another's naming has no ending, which OpenMetrics wants.
        var type = family.Type == MetricType.Gauge ? "gauge" : isOpen && family.BaseName == family.Name ? "unknown" : "counter";
        Text($"# HELP {name} {family.Help}.\n# TYPE {name} {type}\n");
        if (isOpen && family.Unit is { } unit)
            Text($"# UNIT {name} {unit}\n");
    }

    private void Number(double value)
    {
        Span<byte> text = stackalloc byte[32];
        int length;
        if (Math.Abs(value) < LargestWhole && value == Math.Truncate(value))
            ((long)value).TryFormat(text, out length, default, CultureInfo.InvariantCulture);
        else
            value.TryFormat(text, out length, default, CultureInfo.InvariantCulture);
        _output.Write(text[..length]);
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _output);
}
