namespace GpuRuntime.TestHosts;

/// <summary>Docker of other Debian suites, each in a root of its own.</summary>
public static class DockerPackages
{
    /// <summary>The directory that holds dockerd, docker, containerd and runc of the suite, and the libraries that they load: read it, never write to it.</summary>
    /// <exception cref="TestResourceUnavailableException">The packages cannot be had here; the message says why.</exception>
    public static string Root(string suite) => DebianPackages.Root(suite, ["docker.io", "docker-cli"]);
}
