using System.Globalization;

namespace GpuRuntime.Core.Limits;

/// <summary>Amounts of memory for people.</summary>
public static class MemoryText
{
    public const long Mebibyte = 1 << 20;

    /// <summary><c>1907 MiB</c>; what is no whole MiB in bytes.</summary>
    public static string Of(long bytes) => bytes % Mebibyte == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Mebibyte} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
}
