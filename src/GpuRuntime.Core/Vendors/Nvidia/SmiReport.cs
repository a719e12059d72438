using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Reads what <c>nvidia-smi</c> prints. Only <c>-L</c> tells the UUIDs and profiles of MIG devices, only <c>-q -x</c> their instances: the GPU's UUID
/// and the device's number on it join the two.
/// </summary>
public static class SmiReport
{
    private const string UuidBeginning = "(UUID: ";
    private const long BytesInMebibyte = 1 << 20;

    /// <param name="list">Output of <c>nvidia-smi -L</c>.</param>
    /// <param name="query">Output of <c>nvidia-smi -q -x</c>.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.VendorToolFailed"/>: it is not what that tool prints.</exception>
    public static ImmutableArray<ReportedGpu> Parse(string list, string query)
    {
        var named = ParseList(list);
        var gpus = ImmutableArray.CreateBuilder<ReportedGpu>();
        var reader = new SmiElements(query);
        var more = reader.Next();
        var isReport = more && reader.Path == "nvidia_smi_log";
        while (more)
        {
            // What a GPU's elements end with is the next element behind them.
            if (reader.Path == "nvidia_smi_log/gpu" && PciAddress.Parse(reader.Attribute("id")) is { } address)
                gpus.Add(ReadGpu(ref reader, address, named, out more));
            else
                more = reader.Next();
        }

        return isReport && reader.IsAtEnd
            ? gpus.ToImmutable()
            : throw new GpuRuntimeException(ErrorCode.VendorToolFailed, $"nvidia-smi -q -x printed no report: {PrintableText.Quote(query.Length > 200 ? query[..200] : query)}");
    }

    private static ReportedGpu ReadGpu(ref SmiElements reader, PciAddress address, Dictionary<string, MigName> named, out bool more)
    {
        var gpu = new ReportedGpu(address, null, []);
        var uuid = "";
        uint? index = null, gpuInstance = null, computeInstance = null;
        var depth = reader.Depth;
        while ((more = reader.Next()) && reader.Depth > depth)
        {
            switch (reader.Name)
            {
                case "uuid" when reader.Depth == depth + 1:
                    uuid = reader.Text;
                    break;
                case "total" when reader.Path.EndsWith("/gpu/fb_memory_usage/total", StringComparison.Ordinal):
                    gpu = gpu with { MemoryBytes = Mebibytes(reader.Text) };
                    break;
                case "mig_device":
                    (index, gpuInstance, computeInstance) = (null, null, null);
                    break;
                case "index" when IsOfMigDevice(reader.Path):
                    index = Number(reader.Text);
                    break;
                case "gpu_instance_id" when IsOfMigDevice(reader.Path):
                    gpuInstance = Number(reader.Text);
                    break;
                case "compute_instance_id" when IsOfMigDevice(reader.Path):
                    computeInstance = Number(reader.Text);
                    if (index is not null && gpuInstance is not null && computeInstance is not null)
                        gpu = gpu with { MigDevices = gpu.MigDevices.Add(Device(index.Value, gpuInstance.Value, computeInstance.Value, named.GetValueOrDefault($"{uuid} {index}"))) };
                    break;
            }
        }

        return gpu;
    }

    private static MigDevice Device(uint index, uint gpuInstance, uint computeInstance, MigName? name) =>
        new((int)index, gpuInstance, computeInstance) { Uuid = name?.Uuid, Profile = name?.Profile };

    private static bool IsOfMigDevice(string path) => path.Contains("/mig_devices/mig_device/", StringComparison.Ordinal);

    // GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-...)
    //   MIG 3g.20gb     Device  0: (UUID: MIG-...)
    private static Dictionary<string, MigName> ParseList(string list)
    {
        var named = new Dictionary<string, MigName>(StringComparer.Ordinal);
        var gpu = "";
        foreach (var line in list.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (Uuid(line) is not { } uuid)
                continue;
            if (words is ["GPU", ..])
                gpu = uuid;
            else if (words is ["MIG", var profile, "Device", var number, ..] && Number(number.TrimEnd(':')) is { } device)
                named[$"{gpu} {device}"] = new MigName(uuid, profile);
        }

        return named;
    }

    private static string? Uuid(string line)
    {
        var start = line.IndexOf(UuidBeginning, StringComparison.Ordinal);
        var end = start < 0 ? -1 : line.IndexOf(')', start);
        return end < 0 ? null : line[(start + UuidBeginning.Length)..end];
    }

    private static long? Mebibytes(string text) => text.EndsWith(" MiB", StringComparison.Ordinal) && Number(text[..^4]) is { } number ? number * BytesInMebibyte : null;

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record MigName(string Uuid, string Profile);
}
