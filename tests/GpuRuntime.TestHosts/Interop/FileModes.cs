namespace GpuRuntime.TestHosts;

/// <summary>Permission bits by what they are for: C# has no octal literals.</summary>
internal static class FileModes
{
    /// <summary>0666: NVIDIA's device nodes.</summary>
    public const uint AllReadWrite = 0x1B6;

    /// <summary>0660: DRM nodes and /dev/kfd.</summary>
    public const uint GroupReadWrite = 0x1B0;

    /// <summary>0600: nodes of the management engine.</summary>
    public const uint OwnerReadWrite = 0x180;

    /// <summary>0444: NVIDIA's capability nodes.</summary>
    public const uint AllRead = 0x124;

    /// <summary>0777: sockets of daemons that anybody may ask.</summary>
    public const uint All = 0x1FF;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable = (UnixFileMode)0x1ED;

    /// <summary>0700.</summary>
    public const UnixFileMode Private = (UnixFileMode)0x1C0;

    /// <summary>1777: /tmp.</summary>
    public const UnixFileMode Sticky = (UnixFileMode)0x3FF;
}
