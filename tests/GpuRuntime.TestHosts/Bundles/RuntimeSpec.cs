using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>The document that <c>runc spec</c> of runc 1.1.5 prints, with the options applied and no terminal.</summary>
internal static class RuntimeSpec
{
    public static JsonObject Document(string rootPath, BundleOptions options)
    {
        var document = new JsonObject
        {
            ["ociVersion"] = "1.0.2-dev",
            ["process"] = Process(options),
            ["root"] = new JsonObject { ["path"] = rootPath, ["readonly"] = options.ReadonlyRoot },
            ["hostname"] = "runc",
            ["mounts"] = Mounts(),
        };
        if (options.Hooks is not null)
            document["hooks"] = options.Hooks.DeepClone();
        if (!options.Annotations.IsEmpty)
            document["annotations"] = new JsonObject(options.Annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        document["linux"] = Linux(options);
        return document;
    }

    private static JsonObject Process(BundleOptions options)
    {
        var user = new JsonObject { ["uid"] = options.Uid, ["gid"] = options.Gid };
        if (!options.AdditionalGids.IsEmpty)
            user["additionalGids"] = new JsonArray([.. options.AdditionalGids.Select(gid => (JsonNode)gid)]);
        return new JsonObject
        {
            ["terminal"] = false,
            ["user"] = user,
            ["args"] = Strings(options.Args),
            ["env"] = Strings(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm", .. options.Env]),
            ["cwd"] = options.Cwd,
            ["capabilities"] = new JsonObject
            {
                ["bounding"] = Strings(options.Capabilities),
                ["effective"] = Strings(options.Capabilities),
                ["permitted"] = Strings(options.Capabilities),
                ["ambient"] = Strings(options.Capabilities),
            },
            ["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["hard"] = 1024, ["soft"] = 1024 }),
            ["noNewPrivileges"] = true,
        };
    }

    private static JsonArray Mounts() =>
    [
        Mount("/proc", "proc", "proc"),
        Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
        Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
        Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
        Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"),
    ];

    private static JsonObject Mount(string destination, string type, string source, params string[] options)
    {
        var mount = new JsonObject { ["destination"] = destination, ["type"] = type, ["source"] = source };
        if (options.Length > 0)
            mount["options"] = Strings(options);
        return mount;
    }

    private static JsonObject Linux(BundleOptions options)
    {
        var linux = new JsonObject();
        if (!options.UidMappings.IsEmpty)
            linux["uidMappings"] = Mappings(options.UidMappings);
        if (!options.GidMappings.IsEmpty)
            linux["gidMappings"] = Mappings(options.GidMappings);
        linux["resources"] = new JsonObject { ["devices"] = new JsonArray(new JsonObject { ["allow"] = false, ["access"] = "rwm" }) };
        if (options.CgroupsPath is not null)
            linux["cgroupsPath"] = options.CgroupsPath;
        string[] namespaces = ["pid", "network", "ipc", "uts", "mount"];
        if (!options.UidMappings.IsEmpty || !options.GidMappings.IsEmpty)
            namespaces = [.. namespaces, "user"];
        linux["namespaces"] = new JsonArray([.. namespaces.Select(type => new JsonObject { ["type"] = type })]);
        linux["maskedPaths"] = Strings(
        [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
            "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
        ]);
        linux["readonlyPaths"] = Strings(["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
        return linux;
    }

    private static JsonArray Mappings(IEnumerable<IdMapping> mappings) =>
        [.. mappings.Select(m => new JsonObject { ["containerID"] = m.ContainerId, ["hostID"] = m.HostId, ["size"] = m.Size })];

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];
}
