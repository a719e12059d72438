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

    // The watchdog's are here too: of several declarations the generator takes now one first, now another, and no two builds had the same bytes.
    [LoggerMessage(1, LogLevel.Information, "container {Container}: {Source} gave {Nodes} device nodes and {Mounts} mounts")]
    private static partial void GpusGranted(ILogger logger, string container, string source, int nodes, int mounts);

    [LoggerMessage(2, LogLevel.Warning, "container {Container}: {Reason}")]
    private static partial void RequestIgnored(ILogger logger, string container, string reason);

    [LoggerMessage(3, LogLevel.Warning, "container {Container}: {Note}")]
    private static partial void GrantNoted(ILogger logger, string container, string note);

    [LoggerMessage(10, LogLevel.Error, "container {Container}: killed by the watchdog: it used {UsedBytes} bytes of {Unit}, limited to {LimitBytes}, for {Seconds} seconds")]
    private static partial void LimitExceeded(ILogger logger, string container, string unit, long usedBytes, long limitBytes, long seconds);

    [LoggerMessage(11, LogLevel.Warning, "watchdog: {Warning}")]
    private static partial void WatchdogWarned(ILogger logger, string warning);

    [LoggerMessage(12, LogLevel.Information, "watchdog: {Note}")]
    private static partial void WatchdogNoted(ILogger logger, string note);
}
