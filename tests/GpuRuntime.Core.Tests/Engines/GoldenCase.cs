using GpuRuntime.Core.Engines;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>A file of Golden/ENGINE: NAME.before is what an admin has, NAME.after what becomes of it; without the first there was none.</summary>
/// <param name="Why">What the file has that others have not.</param>
public sealed record GoldenCase(EngineKind Kind, string Name, string Why, bool IsDefault = false, bool Cdi = false)
{
    public static IReadOnlyList<GoldenCase> All { get; } =
    [
        new(EngineKind.Docker, "no-file", "nothing", IsDefault: true, Cdi: true),
        new(EngineKind.Docker, "empty-file", "no byte"),
        new(EngineKind.Docker, "white-space", "line ends alone"),
        new(EngineKind.Docker, "empty-object", "braces alone"),
        new(EngineKind.Docker, "usual", "other settings", Cdi: true),
        new(EngineKind.Docker, "another-toolkit", "another toolkit's runtime, which is the default", IsDefault: true),
        new(EngineKind.Docker, "crlf", "line ends of Windows", IsDefault: true),
        new(EngineKind.Docker, "tabs-without-last-line-end", "tabs", IsDefault: true, Cdi: true),
        new(EngineKind.Docker, "odd-indentation", "spaces where few people write them", IsDefault: true, Cdi: true),
        new(EngineKind.Docker, "single-line", "no space at all", IsDefault: true, Cdi: true),
        new(EngineKind.Docker, "single-line-with-spaces", "one line", IsDefault: true, Cdi: true),
        new(EngineKind.Docker, "features", "other features, and CDI switched off", Cdi: true),
        new(EngineKind.Docker, "byte-order-mark", "a byte order mark"),
        new(EngineKind.Docker, "nulls-and-empty-objects", "null where an object belongs", Cdi: true),
        new(EngineKind.Docker, "odd-values", "escapes, large numbers, letters of all the world", IsDefault: true),
        new(EngineKind.Containerd, "no-file", "nothing", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "empty-file", "no byte"),
        new(EngineKind.Containerd, "comments-alone", "no setting"),
        new(EngineKind.Containerd, "version-1", "no version, which means the first", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "version-1-without-cri", "Docker's package has it so"),
        new(EngineKind.Containerd, "version-2-distribution", "Debian's package has it so", Cdi: true),
        new(EngineKind.Containerd, "version-2-kubernetes", "a cluster's node", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "version-2-another-toolkit", "another toolkit's runtime, which is the default", IsDefault: true),
        new(EngineKind.Containerd, "version-2-crlf", "line ends of Windows", Cdi: true),
        new(EngineKind.Containerd, "version-2-odd-indentation", "spaces and quotes where few people write them", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "version-2-without-last-line-end", "a last line that does not end", IsDefault: true),
        new(EngineKind.Containerd, "version-2-dotted-keys", "dotted keys and inline tables beside ours", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "version-3", "CDI switched off, another default runtime", IsDefault: true, Cdi: true),
        new(EngineKind.Containerd, "version-3-imports", "imports over several lines, with comments"),
        new(EngineKind.Containerd, "version-3-empty-imports", "imports of nothing", Cdi: true),
        new(EngineKind.Containerd, "version-3-imported-already", "imports that cover our file"),
        new(EngineKind.Containerd, "version-3-crlf-without-last-line-end", "line ends of Windows"),
        new(EngineKind.Containerd, "byte-order-mark", "a byte order mark"),
        // CRI-O is in no Debian suite: these files are all that can be tested of it.
        new(EngineKind.Crio, "no-file", "nothing"),
        new(EngineKind.Crio, "no-file-default-and-cdi", "nothing", IsDefault: true, Cdi: true),
        new(EngineKind.Crio, "of-the-admin", "settings of the admin's", IsDefault: true, Cdi: true),
        new(EngineKind.Podman, "no-file", "nothing"),
        new(EngineKind.Podman, "no-file-default", "nothing", IsDefault: true),
        new(EngineKind.Podman, "of-the-admin", "settings of the admin's", IsDefault: true),
    ];

    public byte[]? Before => Read("before");

    public byte[]? After => Read("after");

    /// <summary>containerd's second file.</summary>
    public byte[]? DropIn => Read("drop-in");

    public override string ToString() => $"{Engine} {Name}: {Why}";

    private string Engine => Kind.ToString().ToLowerInvariant();

    private byte[]? Read(string part)
    {
        var ending = Kind switch { EngineKind.Docker => "json", EngineKind.Containerd => "toml", _ => "conf" };
        var path = Path.Combine(AppContext.BaseDirectory, "Engines/Golden", Engine, $"{Name}.{part}.{ending}");
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }
}
