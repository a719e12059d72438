using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Commands;

/// <summary><c>gpu-runtime config</c>: the effective configuration and where each value came from.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var config = AdminCommands.ConfigOption();
        var command = new Command("config", "Print the effective configuration and where each value came from.") { config };
        command.SetAction(result => Run(result.GetValue(config)));
        return command;
    }

    private static int Run(string? config)
    {
        var effective = AdminContext.Load(config);
        TextTable.Print(
            ["KEY", "VALUE", "FROM"],
            ConfigurationKey.All.Select(key => (string[])[key.Name, Value(key, effective.Values), effective.Origins.GetValueOrDefault(key.Name, "default")]));
        return 0;
    }

    private static string Value(ConfigurationKey key, RuntimeConfiguration configuration) => key.Get(configuration) switch
    {
        bool value => value ? "true" : "false",
        int number when key.Words.IsEmpty => number.ToString(CultureInfo.InvariantCulture),
        int word => key.Words[word],
        ImmutableArray<string> list => $"[{string.Join(", ", list)}]",
        string { Length: 0 } => "(none)",
        var value => (string)value,
    };
}
