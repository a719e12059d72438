using System.Buffers;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Attribution;

/// <summary>
/// Finds the container in a process's cgroups, as engines name them with cgroupfs or systemd, on either version of cgroups. What runs in a
/// container may make cgroups below its own and choose their names, also such as engines give: the outermost container is meant, and what an engine
/// inside of it calls its own counts for it.
/// </summary>
public static class CgroupPath
{
    // The one character that no cgroup's name may have. Others at which texts are broken into lines are allowed there, as \r is.
    private const char LineEnd = '\n';

    private const int IdLength = 64;
    private const string ScopeEnding = ".scope";
    private const string SliceEnding = ".slice";

    // containerd's longest id.
    private const int LongestGivenId = 76;

    // What systemd scopes and directories of cgroupfs begin with.
    private static readonly (string Prefix, string Engine)[] Prefixes =
    [
        // podman's second is that of --cgroups=split, which quadlets have.
        ("docker-", "docker"), ("libpod-", "podman"), ("libpod-payload-", "podman"), ("cri-containerd-", "containerd"), ("crio-", "cri-o"), ("nerdctl-", "containerd"),
    ];

    // A directory of cgroupfs whose children are containers by their bare ids.
    private static readonly (string Name, string Engine)[] Parents = [("docker", "docker"), ("moby", "docker"), ("k8s.io", "containerd"), ("default", "containerd"), ("buildkit", "buildkit")];

    // podman's with cgroupfs, whose children are its pods, by their bare ids too.
    private const string ParentOfPods = "libpod_parent";

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <param name="cgroups"><c>/proc/PID/cgroup</c>: lines of <c>number:controllers:path</c>.</param>
    /// <returns>The outermost container; <see langword="null"/> for a process of the host, or of a container whose cgroup has no engine's name.</returns>
    public static ContainerIdentity? Container(ReadOnlySpan<char> cgroups)
    {
        foreach (var range in cgroups.Split(LineEnd))
        {
            if (Path(cgroups[range]) is { IsEmpty: false } path && (OfDefaultNamespace(path) ?? OfPath(path)) is { } container)
                return container;
        }

        return null;
    }

    /// <summary>The paths of a process's cgroups, each once.</summary>
    /// <inheritdoc cref="Container"/>
    public static IReadOnlyList<string> Paths(ReadOnlySpan<char> cgroups)
    {
        var paths = new List<string>();
        foreach (var range in cgroups.Split(LineEnd))
        {
            var path = Path(cgroups[range]).ToString();
            if (path.Length > 1 && !paths.Contains(path))
                paths.Add(path);
        }

        return paths;
    }

    private static ReadOnlySpan<char> Path(ReadOnlySpan<char> line)
    {
        for (var colons = 0; colons < 2; colons++)
        {
            var colon = line.IndexOf(':');
            if (colon < 0)
                return default;
            line = line[(colon + 1)..];
        }

        return line;
    }

    private static ContainerIdentity? OfPath(ReadOnlySpan<char> path)
    {
        string? pod = null;
        ReadOnlySpan<char> parent = default;
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf('/');
            var name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (name.IsEmpty)
                continue;
            if (Named(name, parent, pod is not null) is { } container)
                return container with { PodUid = pod };
            if (OfSystemdName(name) is { } unmade)
                return unmade;
            // A container whose engine has been told of a parent of its own, such as Docker's --cgroup-parent: below it names are its own.
            if (IsId(name) && !parent.SequenceEqual(ParentOfPods))
                return null;
            if (PodUid(name) is { } uid)
                pod = uid;
            parent = name;
        }

        return null;
    }

    // ctr's containers, whose ids people choose: /default/ID, and nothing above it but steps out of the agent's own cgroup namespace.
    private static ContainerIdentity? OfDefaultNamespace(ReadOnlySpan<char> path)
    {
        const string directory = "/default/";
        while (path.StartsWith("/../", StringComparison.Ordinal))
            path = path[3..];
        if (!path.StartsWith(directory, StringComparison.Ordinal))
            return null;
        var id = path[directory.Length..];
        var slash = id.IndexOf('/');
        id = slash < 0 ? id : id[..slash];
        return id.Length is > 0 and <= LongestGivenId && char.IsAsciiLetterOrDigit(id[0]) && !id.ContainsAnyExcept(IdCharacters)
            && !id.EndsWith(ScopeEnding, StringComparison.Ordinal) && !id.EndsWith(SliceEnding, StringComparison.Ordinal)
                ? new ContainerIdentity(id.ToString(), "containerd")
                : null;
    }

    // SLICE:PREFIX:ID, meant for systemd, and made as a directory by a runtime that was told to use cgroupfs.
    private static ContainerIdentity? OfSystemdName(ReadOnlySpan<char> name)
    {
        var first = name.IndexOf(':');
        var last = name.LastIndexOf(':');
        if (first <= 0 || last <= first + 1 || !IsId(name[(last + 1)..]))
            return null;
        foreach (var (prefix, engine) in Prefixes)
        {
            if (name[(first + 1)..last].SequenceEqual(prefix.AsSpan(0, prefix.Length - 1)))
                return new ContainerIdentity(name[(last + 1)..].ToString(), engine) { PodUid = PodUid(name[..first]) };
        }

        return null;
    }

    private static ContainerIdentity? Named(ReadOnlySpan<char> name, ReadOnlySpan<char> parent, bool isInPod)
    {
        var bare = name.EndsWith(ScopeEnding, StringComparison.Ordinal) ? name[..^ScopeEnding.Length] : name;
        foreach (var (prefix, engine) in Prefixes)
        {
            // Not libpod-conmon-ID, which watches over a container.
            if (bare.StartsWith(prefix, StringComparison.Ordinal) && IsId(bare[prefix.Length..]))
                return new ContainerIdentity(bare[prefix.Length..].ToString(), engine);
        }

        if (!IsId(name))
            return null;
        foreach (var (directory, engine) in Parents)
        {
            if (parent.SequenceEqual(directory))
                return new ContainerIdentity(name.ToString(), engine);
        }

        // containerd's name for a container of a pod, with the cgroupfs driver.
        return isInPod && PodUid(parent) is not null ? new ContainerIdentity(name.ToString(), "containerd") : null;
    }

    private static bool IsId(ReadOnlySpan<char> text) => text.Length == IdLength && !text.ContainsAnyExcept("0123456789abcdef");

    // pod8f3c...; kubepods-burstable-pod8f3c_....slice: a slice's name may hold no dashes but those between its parents.
    private static string? PodUid(ReadOnlySpan<char> name)
    {
        const int uidLength = 36;
        const int hashLength = 32;
        var isSlice = name.EndsWith(SliceEnding, StringComparison.Ordinal);
        if (isSlice)
        {
            name = name[..^SliceEnding.Length];
            if (!name.StartsWith("kubepods", StringComparison.Ordinal) && !name.Contains("-kubepods", StringComparison.Ordinal))
                return null;
            name = name[(name.LastIndexOf('-') + 1)..];
        }

        if (!name.StartsWith("pod", StringComparison.Ordinal))
            return null;
        name = name[3..];
        // The uid of a static pod is a hash without dashes.
        if (name.Length is not (uidLength or hashLength) || name.ContainsAnyExcept("0123456789abcdefABCDEF-_"))
            return null;
        return isSlice ? name.ToString().Replace('_', '-') : name.ToString();
    }
}
