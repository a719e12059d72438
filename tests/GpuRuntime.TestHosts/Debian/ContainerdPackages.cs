namespace GpuRuntime.TestHosts;

/// <summary>containerd of another Debian suite, unpacked without installing. Go programs need nothing of the suite's own.</summary>
public static class ContainerdPackages
{
    /// <param name="suite">For example trixie, which has 1.7, or sid, which has 2.x.</param>
    /// <returns>The directory with the programs <c>containerd</c> and <c>ctr</c>: read it, never write to it.</returns>
    /// <exception cref="TestResourceUnavailableException">The package cannot be had here; the message says why.</exception>
    public static string Programs(string suite) => Path.Combine(DebianPackages.Unpacked($"containerd-{suite}", ["containerd"], suite: suite), "usr/bin");
}
