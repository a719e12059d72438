namespace GpuRuntime.TestHosts;

/// <summary>A link below /dev/dri/by-path beside those of the PCI functions.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Target">As udev writes it: ../card0.</param>
public sealed record ByPathLink(string Name, string Target)
{
    /// <summary>Of kernels since 7.0: its name begins like that of the function's own link (intel-device-plugins-for-kubernetes#2296).</summary>
    public static ByPathLink FirmwareFramebuffer(string pciAddress, int card) =>
        new($"pci-{pciAddress}-platform-simple-framebuffer.0-card", $"../card{card}");
}
