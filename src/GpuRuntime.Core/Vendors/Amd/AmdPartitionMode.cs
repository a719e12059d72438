using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>How a GPU is divided, from <c>current_compute_partition</c> (<c>SPX</c>, <c>CPX</c>, ...) and <c>current_memory_partition</c> (<c>NPS1</c>, ...).</summary>
internal static class AmdPartitionMode
{
    // What amdgpu prints while it is between two modes.
    private const string Unknown = "UNKNOWN";

    /// <returns><see langword="null"/> for a GPU that cannot be divided, or while no mode holds.</returns>
    public static string? Of(PciFunction function) =>
        Mode(function, "current_compute_partition") is { } compute && Mode(function, "current_memory_partition") is { } memory ? $"{compute}_{memory}" : null;

    private static string? Mode(PciFunction function, string attribute) =>
        function.Text(attribute) is { } mode && mode != Unknown && mode.All(char.IsAsciiLetterOrDigit) ? mode.ToLowerInvariant() : null;
}
