using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Reads what <c>nvidia-smi</c> prints. Only <c>-L</c> tells the UUIDs and profiles of MIG devices, only <c>-q -x</c> their instances: the GPU's UUID
/// and the device's number on it join the two.
/// </summary>
public static class SmiReport
{
    private const string GpuElement = "gpu";
    private const string UuidBeginning = "(UUID: ";
    private const long BytesInMebibyte = 1 << 20;

    /// <param name="list">Output of <c>nvidia-smi -L</c>.</param>
    /// <param name="query">Output of <c>nvidia-smi -q -x</c>.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.VendorToolFailed"/>: it is not what that tool prints.</exception>
    public static ImmutableArray<ReportedGpu> Parse(string list, string query)
    {
        var named = ParseList(list);
        var gpus = ImmutableArray.CreateBuilder<ReportedGpu>();
        try
        {
            var document = new XmlDocument { XmlResolver = null };
            using (var reader = XmlReader.Create(new StringReader(query), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null }))
                document.Load(reader);
            foreach (var gpu in Children(document.DocumentElement, GpuElement))
            {
                if (PciAddress.Parse(gpu.GetAttribute("id")) is not { } address)
                    continue;
                var uuid = Text(gpu, "uuid");
                gpus.Add(new ReportedGpu(address, Memory(gpu), [.. Children(gpu["mig_devices"], "mig_device").Select(device => Device(device, uuid, named)).OfType<MigDevice>()]));
            }
        }
        catch (XmlException exception)
        {
            throw new GpuRuntimeException(ErrorCode.VendorToolFailed, $"nvidia-smi -q -x printed no XML (line {exception.LineNumber}): {exception.Message}", exception);
        }

        return gpus.ToImmutable();
    }

    private static MigDevice? Device(XmlElement device, string? gpu, Dictionary<(string Gpu, uint Device), MigName> named)
    {
        if (Number(device, "index") is not { } index || Number(device, "gpu_instance_id") is not { } gpuInstance || Number(device, "compute_instance_id") is not { } computeInstance)
            return null;
        var name = gpu is not null && named.TryGetValue((gpu, index), out var found) ? found : null;
        return new MigDevice((int)index, gpuInstance, computeInstance) { Uuid = name?.Uuid, Profile = name?.Profile };
    }

    private static long? Memory(XmlElement gpu) =>
        Text(gpu["fb_memory_usage"], "total")?.Split(' ') is [var number, "MiB"] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes)
            ? mebibytes * BytesInMebibyte
            : null;

    // GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-...)
    //   MIG 3g.20gb     Device  0: (UUID: MIG-...)
    private static Dictionary<(string Gpu, uint Device), MigName> ParseList(string list)
    {
        var named = new Dictionary<(string, uint), MigName>();
        var gpu = "";
        foreach (var line in list.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (Uuid(line) is not { } uuid)
                continue;
            if (words is ["GPU", ..])
                gpu = uuid;
            else if (words is ["MIG", var profile, "Device", var number, ..] && uint.TryParse(number.TrimEnd(':'), NumberStyles.None, CultureInfo.InvariantCulture, out var device))
                named[(gpu, device)] = new MigName(uuid, profile);
        }

        return named;
    }

    private static string? Uuid(string line)
    {
        var start = line.IndexOf(UuidBeginning, StringComparison.Ordinal);
        var end = start < 0 ? -1 : line.IndexOf(')', start);
        return end < 0 ? null : line[(start + UuidBeginning.Length)..end];
    }

    private static uint? Number(XmlElement parent, string name) => uint.TryParse(Text(parent, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Text(XmlElement? parent, string name) => parent?[name]?.InnerText.Trim();

    private static IEnumerable<XmlElement> Children(XmlElement? parent, string name) => parent?.ChildNodes.OfType<XmlElement>().Where(child => child.Name == name) ?? [];

    private sealed record MigName(string Uuid, string Profile);
}
