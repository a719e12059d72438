namespace GpuRuntime.TestHosts;

public sealed record MuslOptions
{
    /// <summary>Content of /etc/ld-musl-x86_64.path; null leaves the file out, which is musl's default search.</summary>
    public string? LoaderPath { get; init; }
}
