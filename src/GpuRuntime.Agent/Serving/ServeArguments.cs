using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Agent.Serving;

/// <summary>What <c>gpu-runtime-agent serve</c> is told, and <c>gpu-runtime-agent kubernetes</c>.</summary>
/// <param name="Configuration">The configuration file; <see langword="null"/> = GPU_RUNTIME_CONFIG's, or the default one.</param>
/// <param name="Listen">Where it listens; <see langword="null"/> = as the configuration says.</param>
/// <param name="Compat">Names of metrics beside our own; <see langword="null"/> = as the configuration says.</param>
internal sealed record ServeArguments(string? Configuration, string? Listen, MetricNames? Compat)
{
    public const string Verb = "serve";
    public const string KubernetesVerb = "kubernetes";
    public const string Usage = $"{Verb} {Options}";
    public const string KubernetesUsage = $"{KubernetesVerb} {Options}";

    private const string Options = "[--config FILE] [--listen ADDRESS:PORT|unix:PATH|none] [--compat dcgm|none]";

    private const string ConfigurationOption = "--config";
    private const string ListenOption = "--listen";
    private const string CompatOption = "--compat";

    /// <returns><see langword="null"/> when they are not these.</returns>
    public static ServeArguments? Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = new ServeArguments(null, null, null);
        while (!arguments.IsEmpty)
        {
            var equals = arguments[0].IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (arguments[0], arguments.Length > 1 ? arguments[1] : "") : (arguments[0][..equals], arguments[0][(equals + 1)..]);
            if (value.Length == 0 || parsed.With(name, value) is not { } next)
                return null;
            parsed = next;
            arguments = arguments[(equals < 0 ? 2 : 1)..];
        }

        return parsed;
    }

    // Each of them once.
    private ServeArguments? With(string name, string value) => name switch
    {
        ConfigurationOption when Configuration is null => this with { Configuration = value },
        ListenOption when Listen is null => this with { Listen = value },
        CompatOption when Compat is null && value is "dcgm" or "none" => this with { Compat = value == "dcgm" ? MetricNames.Dcgm : MetricNames.None },
        _ => null,
    };
}
