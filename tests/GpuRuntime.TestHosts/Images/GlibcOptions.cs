namespace GpuRuntime.TestHosts;

/// <summary>Kinds of glibc image. All of them false is an ordinary Debian image.</summary>
public sealed record GlibcOptions
{
    /// <summary>No /etc/ld.so.cache, as in images whose build removed it.</summary>
    public bool WithoutCache { get; init; }

    /// <summary>No /etc/debian_version, libraries in /usr/lib64.</summary>
    public bool FedoraLike { get; init; }

    /// <summary>No shell, no ldconfig, no /etc/ld.so.conf, no cache: libc, the loader and the two test programs.</summary>
    public bool Distroless { get; init; }
}
