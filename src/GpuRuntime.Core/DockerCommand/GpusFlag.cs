using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>A value of <c>--gpus</c> in our grammar, as docker can carry it: what Docker's own flag says, and what goes beside it.</summary>
/// <param name="DockerValue">
/// For docker's <c>--gpus</c>, which also brings the hook. <c>device=void</c> where Docker's flag cannot name the GPUs: whoever reads no annotation of
/// ours gives none then.
/// </param>
/// <param name="Annotations">For daemons that know annotations. Empty: Docker's flag says everything.</param>
/// <param name="Request">The whole request, for GPU_RUNTIME_GPUS.</param>
internal sealed record GpusFlag(string DockerValue, ImmutableArray<Annotation> Annotations, string Request)
{
    private const string Source = "--gpus";
    private const string NoDevices = "device=void";

    // More than a host has; a longer list is our grammar's to say in short.
    private const int LongestRange = 64;

    private static readonly ImmutableArray<string> DockerCapabilities = ["gpu", "nvidia", "compute", "compat32", "graphics", "utility", "video", "display"];

    /// <returns><see langword="null"/> when the value asks for nothing: docker may say what it thinks of it.</returns>
    /// <exception cref="Errors.GpuRuntimeException"><see cref="Errors.ErrorCode.RequestInvalid"/>.</exception>
    public static GpusFlag? Parse(string value)
    {
        if (RequestGrammar.Parse(value, Source) is not { } request)
            return null;
        var driver = Driver(value);
        var limits = Limits(request);
        var text = value.Trim();
        var isDockers = request.Options.IsEmpty && (request.Capabilities is not { } names || names.All(DockerCapabilities.Contains));
        // Docker makes the first indexes of a count. Which GPUs are free for a limit, only we know.
        var leavesChoice = request.Selectors is [{ Kind: SelectorKind.Count }] && !limits.IsEmpty;
        if (Devices(request, driver) is { } devices && isDockers && !leavesChoice)
            return new GpusFlag(Written(devices, driver, request.Capabilities), limits, text);
        var named = Devices(request, driver) ?? NoDevices;
        return new GpusFlag(isDockers ? Written(named, null, request.Capabilities) : named, [new Annotation(RequestReader.GpusAnnotation, text)], text);
    }

    // The GPUs in Docker's words; null where it has none.
    private static string? Devices(GpuRequest request, string? driver)
    {
        if (!request.CdiDevices.IsEmpty)
            return null;
        if (request.DriverFilesOnly)
            return "device=none";
        if (driver is not null && GpuVendors.Parse(driver.Split('.')[0]) != GpuVendor.Nvidia)
            return null;
        switch (request.Selectors)
        {
            case []:
                return "count=0";
            case [{ Kind: SelectorKind.All } all]:
                return IsNamedByVendor(all) ? null : "all";
            case [{ Kind: SelectorKind.Count } count]:
                return count.First.ToString(CultureInfo.InvariantCulture);
        }

        var names = new List<string>();
        foreach (var selector in request.Selectors)
        {
            if (IsNamedByVendor(selector) || !AddNames(selector, names))
                return null;
        }

        return $"device={string.Join(',', names.Distinct())}";
    }

    private static bool AddNames(DeviceSelector selector, List<string> names)
    {
        switch (selector.Kind)
        {
            case SelectorKind.Index when selector.Last - selector.First < LongestRange:
                for (var index = selector.First; index <= selector.Last; index++)
                    names.Add(index.ToString(CultureInfo.InvariantCulture));
                return true;
            case SelectorKind.MigIndex:
                names.Add(selector.Text);
                return true;
            // Docker's ids arrive as NVIDIA's variable. Its UUIDs have these prefixes; other names may be another vendor's.
            case SelectorKind.Uuid when selector.Uuid.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase) || selector.NamesMigDevice:
                names.Add(selector.Uuid);
                return true;
            default:
                return false;
        }
    }

    // amd:0, nvidia:all. A vendor from driver= stands in the selector, but not in its text.
    private static bool IsNamedByVendor(DeviceSelector selector) =>
        selector.Text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && GpuVendors.Parse(selector.Text.AsSpan(0, colon).Trim()) is not null;

    private static string Written(string devices, string? driver, ImmutableArray<string>? capabilities)
    {
        var fields = new List<string> { devices };
        if (driver is not null)
            fields.Add($"driver={driver}");
        if (capabilities is { } names)
            fields.Add($"capabilities={string.Join(',', names)}");
        var quotes = fields.Exists(field => field.Contains(',', StringComparison.Ordinal));
        return string.Join(',', fields.Select(field => quotes && field.Contains('=', StringComparison.Ordinal) ? $"\"{field}\"" : field));
    }

    private static ImmutableArray<Annotation> Limits(GpuRequest request)
    {
        var limits = ImmutableArray.CreateBuilder<Annotation>();
        if (request.MemoryLimitBytes is { } bytes)
            limits.Add(new Annotation(RequestReader.MemoryAnnotation, Amount(bytes)));
        if (request.ComputePercent is { } percent)
            limits.Add(new Annotation(RequestReader.ComputeAnnotation, percent.ToString(CultureInfo.InvariantCulture) + "%"));
        if (request.Mode == SharingMode.Exclusive)
            limits.Add(new Annotation(RequestReader.ModeAnnotation, "exclusive"));
        return limits.ToImmutable();
    }

    // In the largest unit that it is a whole number of.
    private static string Amount(long bytes)
    {
        return bytes % (1L << 30) == 0 ? In(1L << 30, "GiB")
            : bytes % 1_000_000_000 == 0 ? In(1_000_000_000, "GB")
            : bytes % (1L << 20) == 0 ? In(1L << 20, "MiB")
            : bytes % 1_000_000 == 0 ? In(1_000_000, "MB")
            : In(1, "");

        string In(long divisor, string unit) => (bytes / divisor).ToString(CultureInfo.InvariantCulture) + unit;
    }

    // As written: Docker has drivers of NVIDIA's by longer names, nvidia.cdi, which say how.
    private static string? Driver(string value)
    {
        foreach (var field in QuotedFields.Split(value) ?? [])
        {
            foreach (var item in field.Text.Split(','))
            {
                var equals = item.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && item.AsSpan(0, equals).Trim() is "driver")
                    return item[(equals + 1)..].Trim();
            }
        }

        return null;
    }
}
