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
    private readonly MetricLabels?[] _dcgmLabels;
    private readonly MetricFormat _format;
    private MetricFamily? _announced;
    private MetricFamily? _family;

    private MetricPage(HostSample sample, MetricSubject subject, MetricFormat format, IBufferWriter<byte> output)
    {
        Sample = sample;
        Subject = subject;
        _format = format;
        _output = output;
        _dcgmLabels = new MetricLabels?[sample.Gpus.Length];
        Gpus = [.. sample.Gpus.Select(gpu => (gpu, MetricLabels.Of(("vendor", gpu.Gpu.Vendor.Word()), ("gpu", gpu.Gpu.Id))))];
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
            family.Series(page);
        }

        if (format == MetricFormat.OpenMetrics)
            output.Write("# EOF\n"u8);
    }

    /// <summary>One series of the family that is being written; none for a value that is not known.</summary>
    public void Add(MetricLabels labels, double? value, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        if (value is not { } number || !double.IsFinite(number))
            return;
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

    /// <summary>The labels that NVIDIA's exporter has for a GPU.</summary>
    internal MetricLabels DcgmLabels(int number) => _dcgmLabels[number] ??= DcgmMetrics.Labels(Gpus[number].Gpu, number, Subject);

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
