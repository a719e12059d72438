using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>Finds out by what a GPU tells whether it was reset, or its driver loaded anew, between two passes.</summary>
internal sealed class ResetWatch
{
    private readonly Dictionary<(string Location, ErrorKind Kind), long> _errors = [];
    private bool _wasGone;
    private long? _resets;
    private double? _energy;
    private string? _driverVersion;

    public bool SawReset(GpuSample sample, bool isPresent)
    {
        if (!isPresent)
        {
            _wasGone = true;
            return false;
        }

        // Each is asked, since each keeps what it was told.
        var saw = _wasGone | Rose(sample.Resets) | Fell(sample.EnergyJoules) | FellAny(sample) | Changed(sample.Gpu.DriverVersion);
        _wasGone = false;
        return saw;
    }

    private bool Rose(long? resets)
    {
        var rose = resets > _resets;
        _resets = resets ?? _resets;
        return rose;
    }

    private bool Fell(double? energy)
    {
        var fell = energy < _energy;
        _energy = energy ?? _energy;
        return fell;
    }

    private bool FellAny(GpuSample sample)
    {
        var fell = false;
        foreach (var error in sample.Errors.Where(error => !error.IsLifetime))
        {
            var key = (error.Location, error.Kind);
            fell |= _errors.TryGetValue(key, out var before) && error.Count < before;
            _errors[key] = error.Count;
        }

        return fell;
    }

    private bool Changed(string? driverVersion)
    {
        var changed = driverVersion is not null && _driverVersion is not null && driverVersion != _driverVersion;
        _driverVersion = driverVersion ?? _driverVersion;
        return changed;
    }
}
