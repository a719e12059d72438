using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuRuntime.Core.Swarm;

/// <summary>The members of Docker's daemon.json that advertise resources to Swarm, as an object of their own.</summary>
public static class DaemonFragment
{
    public static string Of(ImmutableArray<string> resources)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("node-generic-resources");
            foreach (var resource in resources)
                json.WriteStringValue(resource);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
