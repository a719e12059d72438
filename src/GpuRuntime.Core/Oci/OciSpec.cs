using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Oci;

/// <summary>
/// A bundle's config.json as the OCI runtime specification defines it, read as far as GPUs are concerned. Members of another type than
/// the specification's count as absent: the low-level runtime reports them.
/// </summary>
public sealed class OciSpec
{
    private readonly JsonValue _root;

    private OciSpec(JsonTree tree, string name)
    {
        Tree = tree;
        Name = name;
        _root = tree.Root;
    }

    public JsonTree Tree { get; }

    /// <summary>The document's path, for messages.</summary>
    public string Name { get; }

    /// <exception cref="Errors.GpuRuntimeException">The text is no acceptable JSON.</exception>
    public static OciSpec Parse(byte[] text, string name)
    {
        var spec = new OciSpec(JsonTree.Parse(text, name), name);
        spec.RefuseKeysThatDifferInCase();
        return spec;
    }

    /// <summary>The user of the container's first process, by its number in the container; 0 when none is given.</summary>
    public uint ProcessUid => Number(_root["process"]?["user"]?["uid"]);

    /// <summary>The groups of the container's first process, by their numbers in the container.</summary>
    public ImmutableArray<uint> ProcessGids =>
        [Number(_root["process"]?["user"]?["gid"]), .. Items("process", "user", "additionalGids").Where(gid => gid.AsInteger() is not null).Select(Number)];

    /// <summary>The SELinux context that the container's mounts carry; <see langword="null"/> without SELinux.</summary>
    public string? MountLabel => _root["linux"]?["mountLabel"]?.AsText() is { Length: > 0 } label ? label : null;

    public bool HasUserNamespace => Items("linux", "namespaces").Any(space => space["type"]?.AsText() == "user");

    /// <summary>The host's uid of the container's root; 0 without a mapping.</summary>
    public uint RootUid => MappedRoot("uidMappings");

    /// <summary>The host's gid of the container's root group; 0 without a mapping.</summary>
    public uint RootGid => MappedRoot("gidMappings");

    /// <summary>What a group of the host is called in the container; <see langword="null"/> when its user namespace has no number for it.</summary>
    public uint? GidInContainer(uint gid)
    {
        if (!HasUserNamespace)
            return gid;
        // What a group is called that has no number in our own user namespace: it is none of these mappings' either.
        const uint overflowGid = 65534;
        foreach (var mapping in gid == overflowGid ? [] : Items("linux", "gidMappings"))
        {
            if (mapping["hostID"]?.AsInteger() is { } host && mapping["containerID"]?.AsInteger() is { } container && mapping["size"]?.AsInteger() is { } size
                && gid >= host && gid - host < size && gid - host + container is >= 0 and <= uint.MaxValue and var mapped)
                return (uint)mapped;
        }

        return null;
    }

    public ContainerFacts Facts() => new()
    {
        Environment = new ContainerEnvironment(Items("process", "env").Select(entry => entry.AsText()).OfType<string>()),
        Annotations = _root["annotations"] is { IsObject: true } annotations ? Annotations(annotations) : ImmutableDictionary<string, string>.Empty,
        Process = (ProcessUid, Number(_root["process"]?["user"]?["gid"])),
        Privileged = HasCapability("CAP_SYS_ADMIN"),
    };

    /// <summary>Whether processes of the container may come to have a capability: it is in the bounding set.</summary>
    public bool HasCapability(string name) => Items("process", "capabilities", "bounding").Any(capability => capability.AsText() == name);

    /// <summary>The root filesystem, absolute or relative to the bundle.</summary>
    public string? RootPath => _root["root"]?["path"]?.AsText();

    /// <summary>The container's root filesystem as a path of the host.</summary>
    /// <param name="bundle">The bundle's directory, which a relative path is relative to.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.SpecUnexpectedShape"/>: there is none.</exception>
    public string RootPathIn(string bundle)
    {
        if (RootPath is not { Length: > 0 } path)
            throw new GpuRuntimeException(ErrorCode.SpecUnexpectedShape, $"{Name} gives no root.path, so that the container has no root filesystem to put a driver in.");
        return path.StartsWith('/') ? path : $"{bundle.TrimEnd('/')}/{path}";
    }

    /// <summary>
    /// Whether the device cgroup lets the container open everything, as that of a privileged one: the last rule that speaks of all devices allows them.
    /// </summary>
    public bool AllowsEveryDevice =>
        Items("linux", "resources", "devices").LastOrDefault(rule => rule["major"] is null && rule["minor"] is null && rule["type"]?.AsText() is "a" or null && rule["access"]?.AsText() is "rwm" or null)
            is { } last && last["allow"] is { IsTrue: true };

    /// <summary>Where the container's cgroup is to be, in the form that the low-level runtime's cgroup manager takes; <see langword="null"/> for its default.</summary>
    public string? CgroupsPath => _root["linux"]?["cgroupsPath"]?.AsText();

    /// <summary>Whether the container's host memory is limited.</summary>
    public bool HasMemoryLimit => _root["linux"]?["resources"]?["memory"]?["limit"]?.AsInteger() > 0 || UnifiedValue("memory.max") is not (null or "max");

    /// <summary>A value of the container's cgroup of version 2; <see langword="null"/> when it is not given.</summary>
    public string? UnifiedValue(string file) => _root["linux"]?["resources"]?["unified"]?[file]?.AsText()?.Trim();

    /// <summary>Whether the container gets a file system of its own of this type at this place.</summary>
    public bool Mounts(string type, string destination) =>
        Items("mounts").Any(mount => mount["type"]?.AsText() == type && mount["destination"]?.AsText()?.TrimEnd('/') == destination);

    /// <summary>Paths of the device nodes that the container gets, of its own or by mounts of the host's; other mounts are among them.</summary>
    public HashSet<string> NodePaths() =>
        [.. Items("linux", "devices").Select(device => device["path"]?.AsText()).Concat(Items("mounts").Select(mount => mount["destination"]?.AsText())).OfType<string>()];

    /// <summary>The items of an array; nothing when it is absent.</summary>
    internal IEnumerable<JsonValue> Items(params ReadOnlySpan<string> path)
    {
        JsonValue? value = _root;
        foreach (var name in path)
            value = value?[name];
        return value is { IsArray: true } array ? array.Children() : [];
    }

    // Runtimes written in Go take "Process" for "process", and the later of both counts: they would run another container than we looked at.
    private void RefuseKeysThatDifferInCase()
    {
        JsonValue?[] objects =
        [
            _root, _root["root"], _root["hooks"], _root["process"], _root["process"]?["user"], _root["process"]?["capabilities"],
            _root["linux"], _root["linux"]?["resources"], _root["linux"]?["resources"]?["unified"],
        ];
        foreach (var members in objects)
        {
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var member in members is { IsObject: true } ? members.Children() : [])
            {
                if (!seen.Add(member.Key))
                    throw new GpuRuntimeException(ErrorCode.SpecInvalid, $"{Name} gives the key {PrintableText.Quote(member.Key)} twice in one object, in different letter case, which parsers read differently.");
            }
        }
    }

    private static ImmutableDictionary<string, string> Annotations(JsonValue annotations)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var annotation in annotations.Children())
        {
            if (annotation.AsText() is { } value)
                found[annotation.Key] = value;
        }

        return found.ToImmutable();
    }

    private static uint Number(JsonValue? value) => value?.AsInteger() is >= 0 and <= uint.MaxValue and var number ? (uint)number : 0;

    private uint MappedRoot(string mappings)
    {
        foreach (var mapping in Items("linux", mappings))
        {
            if (mapping["containerID"]?.AsInteger() == 0 && mapping["hostID"]?.AsInteger() is >= 0 and <= uint.MaxValue and var host)
                return (uint)host;
        }

        return 0;
    }
}
