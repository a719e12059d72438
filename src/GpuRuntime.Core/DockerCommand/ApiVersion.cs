using System.Globalization;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>Versions of Docker's API.</summary>
public static class ApiVersion
{
    /// <summary>For <c>docker version --format</c>: what command line and daemon have agreed on, and what the daemon has.</summary>
    public const string Format = "{{.Client.APIVersion}} {{.Server.APIVersion}}";

    // --annotation came with API 1.43, which is Docker 24.
    private const int Major = 1;
    private const int MinorWithAnnotations = 43;

    /// <param name="versions">What docker printed for <see cref="Format"/>.</param>
    /// <returns>Whether both know annotations; <see langword="null"/> when it is not an answer.</returns>
    public static bool? KnowAnnotations(string versions)
    {
        var words = versions.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is [var client, var server] ? KnowsAnnotations(client) & KnowsAnnotations(server) : null;
    }

    private static bool? KnowsAnnotations(string version) =>
        version.Split('.') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? first > Major || (first == Major && second >= MinorWithAnnotations)
            : null;
}
