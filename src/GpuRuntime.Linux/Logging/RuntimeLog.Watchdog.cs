using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using Microsoft.Extensions.Logging;

namespace GpuRuntime.Linux.Logging;

/// <summary>The lines that the agent's watchdog logs.</summary>
public static partial class RuntimeLog
{
    public static void LimitExceeded(RuntimeConfiguration configuration, string container, string unit, long limitBytes, long usedBytes, long seconds) =>
        Write(configuration, LogLevel.Error, logger => LimitExceeded(logger, PrintableText.Of(container), unit, usedBytes, limitBytes, seconds));

    public static void WatchdogWarned(RuntimeConfiguration configuration, string warning) =>
        Write(configuration, LogLevel.Warning, logger => WatchdogWarned(logger, warning));

    public static void WatchdogNoted(RuntimeConfiguration configuration, string note) =>
        Write(configuration, LogLevel.Information, logger => WatchdogNoted(logger, note));
}
