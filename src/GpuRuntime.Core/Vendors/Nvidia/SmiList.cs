using System.Globalization;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// What <c>nvidia-smi -L</c> prints: a line for each GPU, with its index and UUID, and below it its MIG devices, with profile, number and UUID.
/// <code>
/// GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-...)
///   MIG 3g.20gb     Device  0: (UUID: MIG-...)
/// </code>
/// </summary>
internal sealed class SmiList
{
    private const string UuidBeginning = "(UUID: ";

    private readonly Dictionary<string, MigName> _migDevices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _gpus = new(StringComparer.Ordinal);

    /// <summary>Lines of another form tell nothing.</summary>
    public static SmiList Parse(string list)
    {
        var parsed = new SmiList();
        var gpu = "";
        foreach (var line in list.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (UuidOf(line) is not { } uuid)
                continue;
            if (words is ["GPU", var index, ..])
            {
                gpu = uuid;
                parsed._gpus[index.TrimEnd(':')] = uuid;
            }
            else if (words is ["MIG", var profile, "Device", var number, ..] && uint.TryParse(number.TrimEnd(':'), NumberStyles.None, CultureInfo.InvariantCulture, out var device))
            {
                parsed._migDevices[$"{gpu} {device}"] = new MigName(uuid, profile);
            }
        }

        return parsed;
    }

    /// <summary>The UUID of the GPU with this index; <see langword="null"/> when there is none.</summary>
    /// <param name="index">As nvidia-smi prints it: <c>0</c>.</param>
    public string? Gpu(string index) => _gpus.GetValueOrDefault(index);

    /// <summary>The name of a MIG device; <see langword="null"/> when there is none.</summary>
    public MigName? MigDevice(string gpuUuid, int index) => _migDevices.GetValueOrDefault($"{gpuUuid} {index}");

    private static string? UuidOf(string line)
    {
        var start = line.IndexOf(UuidBeginning, StringComparison.Ordinal);
        var end = start < 0 ? -1 : line.IndexOf(')', start);
        // One of two words would be none in what is kept of the report.
        return end >= 0 && line[(start + UuidBeginning.Length)..end] is { Length: > 0 } uuid && !uuid.Any(char.IsWhiteSpace) ? uuid : null;
    }

    internal sealed record MigName(string Uuid, string Profile);
}
