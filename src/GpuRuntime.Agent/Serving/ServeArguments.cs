namespace GpuRuntime.Agent.Serving;

/// <summary>What <c>gpu-runtime-agent serve</c> is told.</summary>
/// <param name="Configuration">The configuration file; <see langword="null"/> = GPU_RUNTIME_CONFIG's, or the default one.</param>
internal sealed record ServeArguments(string? Configuration)
{
    public const string Verb = "serve";
    public const string Usage = $"{Verb} [--config FILE]";

    private const string ConfigurationOption = "--config";

    /// <returns><see langword="null"/> when they are not these.</returns>
    public static ServeArguments? Parse(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new ServeArguments((string?)null),
        [ConfigurationOption, { Length: > 0 } file] => new ServeArguments(file),
        [var option] when option.StartsWith($"{ConfigurationOption}=", StringComparison.Ordinal) && option.Length > ConfigurationOption.Length + 1 =>
            new ServeArguments(option[(ConfigurationOption.Length + 1)..]),
        _ => null,
    };
}
