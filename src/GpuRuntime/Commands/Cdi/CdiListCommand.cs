using System.Buffers;
using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cdi;

namespace GpuRuntime.Commands.Cdi;

/// <summary><c>gpu-runtime cdi list</c>: every device that the host's specifications define; what does not count, on stderr.</summary>
internal static class CdiListCommand
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var format = new Option<string>("--format") { Description = "table or json", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json");
        var command = new Command("list", "List the CDI devices of this host, and the file that defines each.") { config, format };
        command.SetAction(result => Run(result.GetValue(config), result.GetValue(format) == "json"));
        return command;
    }

    private static int Run(string? config, bool json)
    {
        var directories = AdminContext.Load(config).Values.CdiSpecDirectories;
        var files = CdiDirectories.LoadAll(directories);
        var registry = new CdiRegistry(files);
        foreach (var ignored in files.Ignored)
            Console.Error.WriteLine($"not counted: {ignored.Reason}");
        foreach (var conflict in registry.Conflicts)
            Console.Error.WriteLine($"not counted: the CDI device {conflict.Name} is defined by {string.Join(" and ", conflict.Paths.Select(PrintableText.Of))}, of which neither wins: remove one of them.");
        var devices = registry.Devices;
        if (json)
            Console.Out.WriteLine(Json(devices));
        else if (devices.IsEmpty)
            Console.Out.WriteLine($"No CDI specification in {string.Join(", ", directories.Select(PrintableText.Of))} defines a device.");
        else
            TextTable.Print(["NAME", "FILE"], devices.Select(device => (string[])[device.Name.ToString(), device.File.Path]));
        return 0;
    }

    private static string Json(ImmutableArray<CdiDefinition> devices)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartArray();
            foreach (var device in devices)
            {
                json.WriteStartObject();
                json.WriteString("name", device.Name.ToString());
                json.WriteString("kind", device.Name.Kind);
                json.WriteString("device", device.Name.Device);
                json.WriteString("file", device.File.Path);
                json.WriteString("cdiVersion", device.File.Spec.Version.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
