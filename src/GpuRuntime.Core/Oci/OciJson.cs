using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Oci;

/// <summary>The OCI runtime specification's JSON for what we add.</summary>
internal static class OciJson
{
    // Read by runtimes, not by browsers: paths stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    public static void Device(Utf8JsonWriter json, DeviceNode node)
    {
        json.WriteStartObject();
        json.WriteString("path", node.Path);
        json.WriteString("type", TypeOf(node));
        json.WriteNumber("major", node.Major);
        json.WriteNumber("minor", node.Minor);
        json.WriteNumber("fileMode", node.Mode);
        json.WriteNumber("uid", node.Uid);
        json.WriteNumber("gid", node.Gid);
        json.WriteEndObject();
    }

    public static void DeviceRule(Utf8JsonWriter json, DeviceNode node)
    {
        json.WriteStartObject();
        json.WriteBoolean("allow", true);
        json.WriteString("type", TypeOf(node));
        json.WriteNumber("major", node.Major);
        json.WriteNumber("minor", node.Minor);
        json.WriteString("access", node.Access);
        json.WriteEndObject();
    }

    public static void Mount(Utf8JsonWriter json, ContainerMount mount)
    {
        json.WriteStartObject();
        json.WriteString("destination", mount.ContainerPath);
        json.WriteString("type", mount.Type);
        json.WriteString("source", mount.HostPath);
        Texts(json, "options", mount.Options);
        json.WriteEndObject();
    }

    /// <summary>The environment is explicit and not empty: a hook without one inherits another's (CVE-2025-23266).</summary>
    public static void Hook(Utf8JsonWriter json, string program, ImmutableArray<string> arguments, int timeoutSeconds) =>
        Hook(json, new ContainerHook("", program, arguments, [ContainerHook.OwnEnvironment], timeoutSeconds));

    public static void Hook(Utf8JsonWriter json, ContainerHook hook)
    {
        json.WriteStartObject();
        json.WriteString("path", hook.Path);
        if (!hook.Arguments.IsEmpty)
            Texts(json, "args", hook.Arguments);
        Texts(json, "env", hook.Environment);
        if (hook.TimeoutSeconds is { } seconds)
            json.WriteNumber("timeout", seconds);
        json.WriteEndObject();
    }

    private static string TypeOf(DeviceNode node) => node.Type.ToString();

    private static void Texts(Utf8JsonWriter json, string name, ImmutableArray<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
