using System.Globalization;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// A MIG profile's name: <c>[Cc.]Gg.MEMORYgb[+ATTRIBUTE...]</c>, as in <c>1g.10gb</c> or <c>1c.2g.20gb+me</c>. G counts the compute slices of the GPU
/// instance, C those of the compute instance where it does not have all of them.
/// </summary>
public static class MigProfile
{
    private const int Slices = 7;

    // By NVIDIA's MIG user guide, "Supported GPUs" and "Supported MIG Profiles".
    private const int SlicesOfSmallModels = 4;

    /// <summary>The share of its GPU's compute slices that a device of this profile has, in percent, rounded down.</summary>
    /// <param name="gpuName">The GPU's model, such as <c>NVIDIA A30</c>.</param>
    /// <returns>1 to 100; <see langword="null"/> for a name of another form, or a model that is divided in a way that is not known.</returns>
    public static int? ComputePercent(string? profile, string? gpuName)
    {
        if (profile?.Split('.') is not [var first, var second, ..] || SlicesOf(gpuName) is not { } slices)
            return null;
        var own = Count(first, 'c') is { } shared && Count(second, 'g') >= shared ? shared : Count(first, 'g');
        return own <= slices ? own * 100 / slices : null;
    }

    private static int? SlicesOf(string? gpuName)
    {
        if (gpuName is null)
            return null;
        var words = gpuName.Split(' ', '-');
        if (words.Contains("A30") || gpuName.Contains("RTX PRO 6000", StringComparison.Ordinal))
            return SlicesOfSmallModels;
        // Smaller ones than the RTX PRO 6000 have fewer, each another number.
        return gpuName.Contains("RTX", StringComparison.Ordinal) || words.Contains("Thor") ? null : Slices;
    }

    private static int? Count(string part, char unit) =>
        part.EndsWith(unit) && int.TryParse(part.AsSpan(0, part.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
