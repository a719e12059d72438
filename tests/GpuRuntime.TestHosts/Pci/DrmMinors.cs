namespace GpuRuntime.TestHosts;

/// <param name="Card">N of cardN.</param>
/// <param name="Render">N of renderDN; null for a driver that only drives displays.</param>
/// <param name="Connector">A display output below the card, which class/drm lists beside the cards.</param>
internal sealed record DrmMinors(int Card, int? Render, string? Connector = null);
