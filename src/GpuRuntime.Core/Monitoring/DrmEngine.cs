using System.Collections.Immutable;
using System.Globalization;

namespace GpuRuntime.Core.Monitoring;

/// <summary>
/// What a client has kept one class of engines busy, since it was opened. Drivers count in nanoseconds (amdgpu, i915), or in cycles of the engine beside
/// all cycles that there were (xe). Counters may stand still, and are not promised to rise.
/// </summary>
/// <param name="Engine">The class in our words: <c>graphics</c>, <c>compute</c>, <c>copy</c>, <c>video</c>, ...; several classes may have one word.</param>
/// <param name="BusyNanoseconds">Of all engines of the class together; <see langword="null"/> where the driver counts cycles.</param>
/// <param name="BusyCycles">Of all engines of the class together; <see langword="null"/> where the driver counts time.</param>
/// <param name="TotalCycles">Cycles that went by meanwhile, whoever used them; with <paramref name="BusyCycles"/> alone.</param>
/// <param name="Capacity">How many engines the class has.</param>
public readonly record struct DrmEngine(string Engine, ulong? BusyNanoseconds, ulong? BusyCycles, ulong? TotalCycles, int Capacity)
{
    private const string TimePrefix = "engine-";
    private const string CapacityPrefix = "engine-capacity-";
    private const string CyclesPrefix = "cycles-";
    private const string TotalPrefix = "total-cycles-";

    // Drivers have ten at most. Whoever makes up a longer file gets no more.
    private const int MostEngines = 16;
    private const int LongestWord = 32;

    /// <summary>Whether the client has used it at all.</summary>
    public bool IsUsed => BusyNanoseconds > 0 || BusyCycles > 0;

    /// <summary>The classes of a client, in the order of the file; those of which half is missing are left out.</summary>
    internal static ImmutableArray<DrmEngine> Of(DrmLines lines)
    {
        var engines = ImmutableArray.CreateBuilder<DrmEngine>();
        for (var i = 0; i < lines.Count && engines.Count < MostEngines; i++)
        {
            var key = lines.Key(i);
            if (key.StartsWith(CyclesPrefix, StringComparison.Ordinal) && Word(key[CyclesPrefix.Length..]) is { } counted)
            {
                if (Number(lines.Value(i)) is { } cycles && Number(lines.Find(TotalPrefix, key[CyclesPrefix.Length..])) is { } total)
                    engines.Add(new DrmEngine(counted, null, cycles, total, CapacityOf(lines, key[CyclesPrefix.Length..])));
            }
            else if (key.StartsWith(TimePrefix, StringComparison.Ordinal) && !key.StartsWith(CapacityPrefix, StringComparison.Ordinal) && Word(key[TimePrefix.Length..]) is { } timed)
            {
                if (lines.Value(i) is var value && value.EndsWith(" ns", StringComparison.Ordinal) && Number(value[..^3]) is { } nanoseconds)
                    engines.Add(new DrmEngine(timed, nanoseconds, null, null, CapacityOf(lines, key[TimePrefix.Length..])));
            }
        }

        return engines.DrainToImmutable();
    }

    /// <summary>A driver's class of engines in our words: those of a driver that is not known keep theirs, as far as they are words.</summary>
    public static string? Word(ReadOnlySpan<char> engineClass)
    {
        switch (engineClass)
        {
            case "gfx": return "graphics";
            case "compute" or "ccs": return "compute";
            case "dma" or "copy" or "bcs": return "copy";
            case "dec": return "decoder";
            case "enc" or "enc_1": return "encoder";
            case "jpeg": return "jpeg";
            case "vpe": return "vpe";
            case "render" or "rcs": return "render";
            case "video" or "vcs": return "video";
            case "video-enhance" or "vecs": return "video_enhance";
        }

        if (engineClass.IsEmpty || engineClass.Length > LongestWord)
            return null;
        foreach (var letter in engineClass)
        {
            if (!char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter is not ('-' or '_'))
                return null;
        }

        return engineClass.ToString().Replace('-', '_');
    }

    // A class of one engine has no such line.
    private static int CapacityOf(DrmLines lines, ReadOnlySpan<char> engineClass) =>
        int.TryParse(lines.Find(CapacityPrefix, engineClass), NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) && capacity > 0 ? capacity : 1;

    private static ulong? Number(ReadOnlySpan<char> text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
