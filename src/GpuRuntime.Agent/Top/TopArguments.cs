using System.Globalization;

namespace GpuRuntime.Agent.Top;

/// <summary>What <c>gpu-runtime top</c> is told.</summary>
internal sealed record TopArguments
{
    public const string Verb = "top";

    public const string Usage =
        $"{Verb} [--once] [--format table|json|csv|csv-containers|prom] [--interval SECONDS] [--sort gpu|util|memory|power|container|pid] [--filter TEXT] [--config FILE] [--agent ADDRESS:PORT|unix:PATH|none]";

    private const double ShortestSeconds = 0.1;
    private const double LongestSeconds = 3600;
    private const int LongestFilter = 256;

    /// <summary>One sample, and no live view.</summary>
    public bool Once { get; init; }

    public bool WantsHelp { get; init; }

    public TopFormat Format { get; init; } = TopFormat.Table;

    /// <summary>From one sample to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    public TopOrder Order { get; init; } = TopOrder.Gpu;

    /// <summary>Only rows with this text in them; empty = all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The configuration file; <see langword="null"/> = GPU_RUNTIME_CONFIG's, or the default one.</summary>
    public string? Configuration { get; init; }

    /// <summary>The agent to ask; <see langword="null"/> = the configured one if it answers, else none.</summary>
    public string? Agent { get; init; }

    /// <returns><see langword="null"/> when they are not these.</returns>
    public static TopArguments? Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = new TopArguments();
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (value is null && name is "--once" or "--help" or "-h")
            {
                parsed = name == "--once" ? parsed with { Once = true } : parsed with { WantsHelp = true };
                continue;
            }

            if ((value ?? (++i < arguments.Length ? arguments[i] : null)) is not { } text || parsed.With(name, text) is not { } next)
                return null;
            parsed = next;
        }

        return parsed;
    }

    private TopArguments? With(string name, string value) => name switch
    {
        "--format" => TopWords.Format(value) is { } format ? this with { Format = format } : null,
        "--sort" => TopWords.Order(value) is { } order ? this with { Order = order } : null,
        "--interval" => Seconds(value) is { } interval ? this with { Interval = interval } : null,
        "--filter" when value.Length <= LongestFilter => this with { Filter = value },
        "--config" when value.Length > 0 => this with { Configuration = value },
        "--agent" when value.Length > 0 => this with { Agent = value },
        _ => null,
    };

    private static TimeSpan? Seconds(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= ShortestSeconds and <= LongestSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static (string Name, string? Value) Split(string argument) =>
        argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 ? (argument[..equals], argument[(equals + 1)..]) : (argument, null);
}
