using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Reads what <c>nvidia-smi</c> prints. Only <c>-L</c> tells the UUIDs and profiles of MIG devices, only <c>-q -x</c> their instances and memory: the
/// GPU's UUID and the device's number on it join the two.
/// </summary>
public static class SmiReport
{
    private const long BytesInMebibyte = 1 << 20;

    /// <param name="list">Output of <c>nvidia-smi -L</c>.</param>
    /// <param name="query">Output of <c>nvidia-smi -q -x</c>.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.VendorToolFailed"/>: it is not what that tool prints.</exception>
    public static ImmutableArray<ReportedGpu> Parse(string list, string query)
    {
        var named = SmiList.Parse(list);
        var gpus = ImmutableArray.CreateBuilder<ReportedGpu>();
        var reader = new SmiElements(query);
        var more = reader.Next();
        var isReport = more && reader.Path == "nvidia_smi_log";
        while (more)
        {
            // What a GPU's elements end with is the next element behind them.
            if (reader.Path == "nvidia_smi_log/gpu" && PciAddress.Parse(reader.Attribute("id")) is { } address)
                gpus.Add(Named(ReadGpu(ref reader, address, out more), named));
            else
                more = reader.Next();
        }

        return isReport && reader.IsAtEnd
            ? gpus.ToImmutable()
            : throw new GpuRuntimeException(ErrorCode.VendorToolFailed, $"nvidia-smi -q -x printed no report: {PrintableText.Quote(query.Length > 200 ? query[..200] : query)}");
    }

    private static ReportedGpu ReadGpu(ref SmiElements reader, PciAddress address, out bool more)
    {
        var gpu = new ReportedGpu(address, null, []);
        var depth = reader.Depth;
        more = reader.Next();
        while (more && reader.Depth > depth)
        {
            if (reader.Path == "nvidia_smi_log/gpu/mig_devices/mig_device")
            {
                if (ReadMigDevice(ref reader, out more) is { } device)
                    gpu = gpu with { MigDevices = gpu.MigDevices.Add(device) };
                continue;
            }

            if (reader.Path == "nvidia_smi_log/gpu/uuid")
                gpu = gpu with { Uuid = reader.Text };
            else if (reader.Path == "nvidia_smi_log/gpu/fb_memory_usage/total")
                gpu = gpu with { MemoryBytes = Mebibytes(reader.Text) };
            more = reader.Next();
        }

        return gpu;
    }

    private static MigDevice? ReadMigDevice(ref SmiElements reader, out bool more)
    {
        uint? index = null, gpuInstance = null, computeInstance = null;
        long? memory = null;
        var depth = reader.Depth;
        while ((more = reader.Next()) && reader.Depth > depth)
        {
            switch (reader.Name)
            {
                case "index" when reader.Depth == depth + 1:
                    index = Number(reader.Text);
                    break;
                case "gpu_instance_id" when reader.Depth == depth + 1:
                    gpuInstance = Number(reader.Text);
                    break;
                case "compute_instance_id" when reader.Depth == depth + 1:
                    computeInstance = Number(reader.Text);
                    break;
                case "total" when reader.Path.EndsWith("/mig_device/fb_memory_usage/total", StringComparison.Ordinal):
                    memory = Mebibytes(reader.Text);
                    break;
            }
        }

        return index is null || gpuInstance is null || computeInstance is null
            ? null
            : new MigDevice((int)index.Value, gpuInstance.Value, computeInstance.Value) { MemoryBytes = memory };
    }

    // A GPU's UUID stands behind its MIG devices.
    private static ReportedGpu Named(ReportedGpu gpu, SmiList named)
    {
        if (gpu.Uuid is not { } uuid)
            return gpu;
        var devices = ImmutableArray.CreateBuilder<MigDevice>();
        foreach (var device in gpu.MigDevices)
            devices.Add(named.MigDevice(uuid, device.Index) is { } name ? device with { Uuid = name.Uuid, Profile = name.Profile } : device);
        return gpu with { MigDevices = devices.ToImmutable() };
    }

    // A GPU that has failed has 0, which is not its size.
    private static long? Mebibytes(string text) => text.EndsWith(" MiB", StringComparison.Ordinal) && Number(text[..^4]) is { } number and > 0 ? number * BytesInMebibyte : null;

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
