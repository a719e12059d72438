using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Commands;

/// <summary>The JSON of <c>gpu-runtime devices --format json</c>. What is not known is absent.</summary>
internal static class DevicesJson
{
    public static string Write(ImmutableArray<Gpu> gpus)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var gpu in gpus)
                Write(json, gpu);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, Gpu gpu)
    {
        json.WriteStartObject();
        json.WriteString("id", gpu.Id);
        json.WriteString("vendor", gpu.Vendor.Word());
        json.WriteNumber("index", gpu.Index);
        Text(json, "uuid", gpu.Uuid);
        json.WriteString("pciAddress", gpu.PciAddress.ToString());
        Number(json, "partition", gpu.Partition);
        Number(json, "hipIndex", gpu.HipIndex);
        Number(json, "renderMinor", gpu.RenderMinor);
        Text(json, "pciId", gpu.PciId);
        Text(json, "name", gpu.Name);
        Text(json, "driver", gpu.Driver);
        Text(json, "driverVersion", gpu.DriverVersion);
        Number(json, "numaNode", gpu.NumaNode);
        Memory(json, gpu.MemoryBytes);
        json.WriteBoolean("compute", gpu.HasCompute);
        if (gpu.IsIntegrated is { } isIntegrated)
            json.WriteBoolean("integrated", isIntegrated);
        if (gpu.OffersVirtualFunctions)
            json.WriteBoolean("offersVirtualFunctions", true);
        if (gpu.IsVirtualFunction)
            json.WriteBoolean("virtualFunction", true);
        json.WriteStartArray("deviceNodes");
        foreach (var node in gpu.DeviceNodes.Concat(gpu.DrmNodes))
        {
            json.WriteStartObject();
            json.WriteString("path", node.Path);
            json.WriteNumber("major", node.Major);
            json.WriteNumber("minor", node.Minor);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("partitions");
        foreach (var device in gpu.MigDevices)
            json.WriteStringValue($"{gpu.Index}:{device.Index}");
        json.WriteEndArray();
        if (!gpu.MigDevices.IsEmpty)
            MigDevices(json, gpu);
        json.WriteEndObject();
    }

    private static void MigDevices(Utf8JsonWriter json, Gpu gpu)
    {
        json.WriteStartArray("migDevices");
        foreach (var device in gpu.MigDevices)
        {
            json.WriteStartObject();
            json.WriteString("id", $"{gpu.Index}:{device.Index}");
            json.WriteNumber("gpuInstance", device.GpuInstance);
            json.WriteNumber("computeInstance", device.ComputeInstance);
            Text(json, "uuid", device.Uuid);
            Text(json, "profile", device.Profile);
            Memory(json, device.MemoryBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Memory(Utf8JsonWriter json, long? bytes)
    {
        if (bytes is { } known)
            json.WriteNumber("memoryBytes", known);
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
