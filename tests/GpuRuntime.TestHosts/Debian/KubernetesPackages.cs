namespace GpuRuntime.TestHosts;

/// <summary>kubectl of a Debian suite, unpacked without installing. Go programs need nothing of the suite's own.</summary>
public static class KubernetesPackages
{
    /// <param name="suite">For example trixie, which has 1.32; <see langword="null"/>: the machine's.</param>
    /// <returns>The program.</returns>
    /// <exception cref="TestResourceUnavailableException">The package cannot be had here; the message says why.</exception>
    public static string Kubectl(string? suite = null) =>
        // From trixie on kubernetes-client brings kubectl by a package of its own.
        Path.Combine(DebianPackages.Unpacked($"kubectl-{suite ?? "own"}", ["kubernetes-client"], optional: ["kubectl"], suite: suite), "usr/bin/kubectl");
}
