using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using Microsoft.Extensions.Logging;

namespace GpuRuntime.Linux.Logging;

/// <summary>The lines that the shim and the hook log.</summary>
public static partial class RuntimeLog
{
    public static void GpusGranted(RuntimeConfiguration configuration, string? id, string source, int nodes, int mounts) =>
        Write(configuration, LogLevel.Information, logger => GpusGranted(logger, PrintableText.Of(id ?? ""), source, nodes, mounts));

    public static void RequestIgnored(RuntimeConfiguration configuration, string? id, string reason) =>
        Write(configuration, LogLevel.Warning, logger => RequestIgnored(logger, PrintableText.Of(id ?? ""), reason));

    public static void GrantNoted(RuntimeConfiguration configuration, string? id, string note) =>
        Write(configuration, LogLevel.Warning, logger => GrantNoted(logger, PrintableText.Of(id ?? ""), note));

    [LoggerMessage(1, LogLevel.Information, "container {Container}: {Source} gave {Nodes} device nodes and {Mounts} mounts")]
    private static partial void GpusGranted(ILogger logger, string container, string source, int nodes, int mounts);

    [LoggerMessage(2, LogLevel.Warning, "container {Container}: {Reason}")]
    private static partial void RequestIgnored(ILogger logger, string container, string reason);

    [LoggerMessage(3, LogLevel.Warning, "container {Container}: {Note}")]
    private static partial void GrantNoted(ILogger logger, string container, string note);
}
