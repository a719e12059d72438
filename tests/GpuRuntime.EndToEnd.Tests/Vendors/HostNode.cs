using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>A node of a host's /dev.</summary>
/// <param name="Path">As it is called in /dev.</param>
/// <param name="Answer">What opening it gives on the host itself: ENXIO, unless this machine happens to have such a device.</param>
internal sealed record HostNode(string Path, int Major, int Minor, string Answer)
{
    public string Number => string.Create(CultureInfo.InvariantCulture, $"{Major} {Minor}");
}
