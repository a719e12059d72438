using System.Collections.Immutable;

namespace GpuRuntime.TestHosts;

/// <summary>A library of the driver: how it is called, what it needs, where it lies. V is the driver's version.</summary>
internal sealed record StubLibrary(string Name)
{
    /// <summary>What follows NAME in the SONAME: ".so.1"; null where the SONAME is the file's name, .so.V.</summary>
    public string? Soname { get; init; } = ".so.1";

    /// <summary>Replaces V in the file's name: components with a version of their own.</summary>
    public string? OwnVersion { get; init; }

    /// <summary>The file is called as its SONAME.</summary>
    public bool Unversioned { get; init; }

    /// <summary>DT_NEEDED: names of other stubs, or SONAMEs that the image brings. libc.so.6 is added to all.</summary>
    public ImmutableArray<string> Needed { get; init; } = [];

    /// <summary>The driver has a 32-bit twin.</summary>
    public bool Twin32 { get; init; }

    /// <summary>The link NAME.so to the SONAME, for those who compile.</summary>
    public bool DevelopmentLink { get; init; }

    /// <summary>"vdpau" for libraries that are searched for there.</summary>
    public string Subdirectory { get; init; } = "";

    /// <summary>Debian keeps it in the triplet's directory itself, not in nvidia/current: no other driver has a file of that name.</summary>
    public bool Shared { get; init; }

    /// <summary>The first driver branch that has it.</summary>
    public int Since { get; init; }

    /// <summary>The object that it is linked from.</summary>
    public string Source { get; init; } = "stub";

    public string FileName(string version) => Unversioned ? Name + Soname : $"{Name}.so.{OwnVersion ?? version}";

    public string SonameOf(string version) => Soname is null ? FileName(version) : Name + Soname;
}
