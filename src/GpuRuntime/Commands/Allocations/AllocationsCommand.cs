using System.Buffers;
using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Commands.Allocations;

/// <summary><c>gpu-runtime allocations</c>: which container holds which GPU, since when, within which limits, and what holds it to them.</summary>
internal static class AllocationsCommand
{
    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var format = new Option<string>("--format") { Description = "table or json", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json");
        var command = new Command("allocations", "Show which container holds which GPU, within which limits, and what holds it to them.") { config, format, AllocationsReleaseCommand.Create() };
        command.SetAction(result => Run(result.GetValue(config), result.GetValue(format) == "json"));
        return command;
    }

    private static int Run(string? config, bool json)
    {
        var view = LedgerView.Take(AdminContext.Load(config).Values);
        foreach (var note in view.Notes)
            Console.Error.WriteLine($"gpu-runtime: {PrintableText.Of(note)}");
        if (json)
            Console.Out.WriteLine(Json(view.Entries));
        else
            AllocationsTable.Print(view.Entries);
        return 0;
    }

    private static string Json(ImmutableArray<AllocationEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var entry in entries)
                AllocationJson.Write(json, entry);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
