namespace GpuRuntime.Checks;

/// <summary>One thing that was looked at.</summary>
/// <param name="Topic">A word or two: "driver", "docker".</param>
/// <param name="What">What was found, as a sentence.</param>
/// <param name="Cure">How to mend it; <see langword="null"/> when it is well.</param>
internal sealed record Finding(string Topic, string What, string? Cure = null);
