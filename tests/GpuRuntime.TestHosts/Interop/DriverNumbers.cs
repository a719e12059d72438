namespace GpuRuntime.TestHosts;

/// <summary>Majors of a simulated host. Dynamic ones are those of the captured hosts.</summary>
public static class DriverNumbers
{
    public const int Gpu = 195;
    public const int ControlMinor = 255;
    public const int ModesetMinor = 254;
    public const int Drm = 226;
    public const int Kfd = 235;
    public const int Uvm = 507;
    public const int Caps = 508;
    public const int ImexChannels = 509;
    public const int Switch = 510;
    public const int Mei = 511;

    /// <summary>Gids of Debian's groups, which own the DRM nodes.</summary>
    public const int VideoGroup = 44;
    public const int RenderGroup = 110;
}
