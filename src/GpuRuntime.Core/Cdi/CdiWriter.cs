using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuRuntime.Core.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace GpuRuntime.Core.Cdi;

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
        return format == CdiFormat.Json ? Json(document) : Yaml(document);
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

    private static byte[] Yaml(CdiNode document)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        // Lines are not folded, whatever their length: a folded text is hard to compare with the path that it is.
        var yaml = new Emitter(text, new EmitterSettings(2, int.MaxValue, false, 1024));
        yaml.Emit(new StreamStart());
        yaml.Emit(new DocumentStart());
        Yaml(yaml, document, isDocument: true);
        yaml.Emit(new DocumentEnd(true));
        yaml.Emit(new StreamEnd());
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Yaml(Emitter yaml, CdiNode node, bool isDocument = false)
    {
        switch (node.Kind)
        {
            case CdiNodeKind.Map:
                yaml.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, MappingStyle.Block));
                foreach (var member in node.Members)
                {
                    yaml.Emit(Scalar(member.Name, YamlScalar.IsPlain(member.Name)));
                    // Three numbers are a text in every YAML; two would not be.
                    if (isDocument && member.Name == "cdiVersion")
                        yaml.Emit(Scalar(member.Value.Text, plain: true));
                    else
                        Yaml(yaml, member.Value);
                }

                yaml.Emit(new MappingEnd());
                break;
            case CdiNodeKind.List:
                yaml.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, SequenceStyle.Block));
                foreach (var item in node.Items)
                    Yaml(yaml, item);
                yaml.Emit(new SequenceEnd());
                break;
            default:
                yaml.Emit(Scalar(node.Text, node.Kind != CdiNodeKind.Text || YamlScalar.IsPlain(node.Text)));
                break;
        }
    }

    private static Scalar Scalar(string text, bool plain) =>
        new(AnchorName.Empty, TagName.Empty, text, plain ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted, plain, !plain);
}
