using System.Collections.Immutable;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Mounts;

/// <summary>OCI mount options as attributes of mount_setattr(2).</summary>
internal static class MountOptions
{
    /// <exception cref="ArgumentException">An option of a bind mount that we do not know: leaving it out could give more than was meant.</exception>
    public static ulong Attributes(ImmutableArray<string> options)
    {
        var attributes = 0UL;
        foreach (var option in options)
        {
            attributes |= option switch
            {
                "bind" => 0,
                "ro" => Libc.MountReadOnly,
                "nosuid" => Libc.MountNoSuid,
                "nodev" => Libc.MountNoDev,
                "noexec" => Libc.MountNoExec,
                _ => throw new ArgumentException($"The mount option {option} cannot be given to a detached mount.", nameof(options)),
            };
        }

        return attributes;
    }
}
