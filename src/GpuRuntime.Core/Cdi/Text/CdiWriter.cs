using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>Writes specifications: the same bytes for the same specification, for people to read and for every parser to read alike.</summary>
public static class CdiWriter
{
    // Read by engines and people, not by browsers: paths stay readable.
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>: no engine would read it.</exception>
    public static byte[] Write(CdiSpec spec, CdiFormat format)
    {
        var problems = CdiRules.Problems(spec);
        if (!problems.IsEmpty)
            throw CdiReader.Refused($"for {PrintableText.Quote(spec.Kind)}", problems);
        var document = CdiNodes.Of(spec);
        return format == CdiFormat.Json ? Json(document) : YamlText.Write(document);
    }

    private static byte[] Json(CdiNode document)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
            Json(json, document);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Json(Utf8JsonWriter json, CdiNode node)
    {
        switch (node.Kind)
        {
            case CdiNodeKind.Map:
                json.WriteStartObject();
                foreach (var member in node.Members)
                {
                    json.WritePropertyName(member.Name);
                    Json(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case CdiNodeKind.List:
                json.WriteStartArray();
                foreach (var item in node.Items)
                    Json(json, item);
                json.WriteEndArray();
                break;
            case CdiNodeKind.Integer:
                json.WriteNumberValue(node.Integer);
                break;
            case CdiNodeKind.Boolean:
                json.WriteBooleanValue(node.Boolean);
                break;
            default:
                json.WriteStringValue(node.Text);
                break;
        }
    }
}
