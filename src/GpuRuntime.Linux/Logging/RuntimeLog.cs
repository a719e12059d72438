using GpuRuntime.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace GpuRuntime.Linux.Logging;

/// <summary>
/// Our own log (<c>log.path</c>). Nothing is built until a line is written, and nothing at all without a path: a container's start pays for
/// what it uses.
/// </summary>
public static partial class RuntimeLog
{
    private static void Write(RuntimeConfiguration configuration, LogLevel level, Action<ILogger> write)
    {
        var logger = new LineLogger(configuration.LogPath, configuration.LogLevel switch
        {
            LogLevelName.Debug => LogLevel.Debug,
            LogLevelName.Information => LogLevel.Information,
            LogLevelName.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        });
        if (logger.IsEnabled(level))
            write(logger);
    }
}
