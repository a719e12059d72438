using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>Uncorrected errors that came while the agent looks count until the GPU is reset. What was counted before it looked is history.</summary>
internal sealed class UncorrectedErrorRule : IHealthRule
{
    private const string Cure =
        "Programs on it may have wrong data: end them and reset the GPU, or load its driver anew; if errors come back, have the card replaced";

    private readonly SortedDictionary<string, long> _risen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Location, bool IsLifetime), long> _last = [];

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        // The counter since the driver was loaded and the one of the GPU's life tell of the same errors.
        Dictionary<string, long>? rises = null;
        foreach (var error in sample.Errors)
        {
            if (error.Kind == ErrorKind.Uncorrected && Rise(error) is > 0 and var rise)
                (rises ??= [])[error.Location] = Math.Max(rise, rises.GetValueOrDefault(error.Location));
        }

        foreach (var (location, rise) in rises ?? [])
            _risen[location] = _risen.GetValueOrDefault(location) + rise;
        return _risen.Count == 0
            ? []
            : [new HealthReason(HealthCodes.UncorrectedErrors, $"Uncorrected errors were counted: {string.Join(", ", _risen.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} in {PrintableText.Of(pair.Key)}")))}", Cure)];
    }

    public void Forget()
    {
        _risen.Clear();
        _last.Clear();
    }

    private long Rise(ErrorCount error)
    {
        var key = (error.Location, error.IsLifetime);
        var rise = _last.TryGetValue(key, out var last) ? error.Count - last : 0;
        _last[key] = error.Count;
        return rise;
    }
}
