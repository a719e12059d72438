using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>An application profile of the driver's that keeps EGL, which enumerates GPUs by itself, to those that a container has.</summary>
public static class EglProfile
{
    public const string Path = "/etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf";

    /// <summary>How many GPUs the mask of the profile has bits for.</summary>
    public const int MostMinors = 64;

    /// <param name="minors">Of the nodes <c>/dev/nvidiaN</c>; the mask has no bits for those from 64 on.</param>
    public static GeneratedFile Of(IEnumerable<uint> minors)
    {
        var mask = 0UL;
        foreach (var minor in minors)
            mask |= minor < MostMinors ? 1UL << (int)minor : 0;
        return new GeneratedFile(Path, $$"""{"profiles":[{"name":"_container_","settings":["EGLVisibleDGPUDevices",0x{{mask:x}}]}],"rules":[{"pattern":[],"profile":"_container_"}]}""" + "\n");
    }
}
