using System.Text.Json;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Attribution;

/// <summary>Who a container is, from what its engine wrote into its bundle: the annotations, and where the bundle is.</summary>
public static class BundleNames
{
    private const string ContainerdTasks = "/io.containerd.runtime.v2.task/";
    private const string Oci = "oci";

    // No engine takes a longer name.
    private const int LongestName = 255;

    /// <param name="container">The container's id.</param>
    /// <param name="bundle">The bundle's directory.</param>
    /// <param name="config">Its config.json; <see langword="null"/> when it cannot be read.</param>
    public static ContainerIdentity Of(string container, string bundle, ReadOnlyMemory<byte>? config)
    {
        var identity = new ContainerIdentity(container, EngineOf(bundle));
        if (config is not { } text)
            return identity;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
                    ? With(identity, annotations)
                    : identity;
        }
        catch (Exception exception) when (IsNoText(exception))
        {
            // Half a file is nobody's name: who wrote it is at it, or gone.
            return identity;
        }
    }

    /// <summary>Where Docker keeps what it knows of the container: beside the file that it mounts as <c>/etc/hostname</c>.</summary>
    /// <returns>A directory; <see langword="null"/> where none can be told.</returns>
    public static string? DockerDirectory(string container, ReadOnlyMemory<byte> config)
    {
        try
        {
            using var document = JsonDocument.Parse(config);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("mounts", out var mounts) || mounts.ValueKind != JsonValueKind.Array)
                return null;
            var ending = $"/containers/{container}/hostname";
            foreach (var mount in mounts.EnumerateArray())
            {
                if (mount.ValueKind == JsonValueKind.Object && Text(mount, "destination") == "/etc/hostname" && Text(mount, "source") is { } source && source.StartsWith('/') && source.EndsWith(ending, StringComparison.Ordinal))
                    return source[..^"/hostname".Length];
            }
        }
        catch (Exception exception) when (IsNoText(exception))
        {
            // As above.
        }

        return null;
    }

    /// <summary>The name in Docker's own file of a container, <c>config.v2.json</c>.</summary>
    public static string? DockerName(ReadOnlyMemory<byte> file)
    {
        try
        {
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object && Name(document.RootElement, "Name") is { } name && name.Trim('/') is { Length: > 0 } given ? given : null;
        }
        catch (Exception exception) when (IsNoText(exception))
        {
            return null;
        }
    }

    private static ContainerIdentity With(ContainerIdentity identity, JsonElement annotations)
    {
        var isCrio = Text(annotations, "io.kubernetes.cri-o.ContainerType") is not null;
        var isPodman = Text(annotations, "io.container.manager") == "libpod";
        return identity with
        {
            Engine = isCrio ? "cri-o" : isPodman ? "podman" : identity.Engine,
            Name = Name(annotations, "nerdctl/name"),
            Pod = Name(annotations, "io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"),
            PodNamespace = Name(annotations, "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"),
            PodUid = Name(annotations, "io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"),
            PodContainer = Name(annotations, "io.kubernetes.cri.container-name", "io.kubernetes.container.name"),
        };
    }

    private static string EngineOf(string bundle)
    {
        if (bundle.IndexOf(ContainerdTasks, StringComparison.Ordinal) is >= 0 and var tasks)
            return bundle.AsSpan(tasks + ContainerdTasks.Length).StartsWith("moby/", StringComparison.Ordinal) ? "docker" : "containerd";
        if (bundle.Contains("/overlay-containers/", StringComparison.Ordinal) || bundle.Contains("/vfs-containers/", StringComparison.Ordinal))
            return "podman";
        return Oci;
    }

    private static string? Name(JsonElement element, params ReadOnlySpan<string> names) => Text(element, names) is { Length: <= LongestName } name ? name : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Unescaped(value) is { Length: > 0 } text)
                return text;
        }

        return null;
    }

    private static string? Unescaped(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // As below.
            return null;
        }
    }

    // Half a surrogate pair, escaped, is valid JSON and no text: in a key it is found when keys are compared.
    private static bool IsNoText(Exception exception) => exception is JsonException or InvalidOperationException;
}
