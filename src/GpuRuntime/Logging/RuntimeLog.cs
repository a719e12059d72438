using GpuRuntime.Core.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace GpuRuntime.Logging;

/// <summary>
/// Our own log (<c>log.path</c>). Nothing is built until a line is written, and nothing at all without a path: a container's start pays for
/// what it uses.
/// </summary>
internal static partial class RuntimeLog
{
    private static void Write(RuntimeConfiguration configuration, LogLevel level, Action<ILogger> write)
    {
        if (configuration.LogPath.Length == 0 || level < Level(configuration.LogLevel))
            return;
        using var sink = new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.File(configuration.LogPath, formatProvider: System.Globalization.CultureInfo.InvariantCulture, outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffZ} {Level:u3} {Message:lj}{NewLine}")
            .CreateLogger();
        using var provider = new SerilogLoggerProvider(sink);
        write(provider.CreateLogger("gpu-runtime"));
    }

    private static LogLevel Level(LogLevelName name) => name switch
    {
        LogLevelName.Debug => LogLevel.Debug,
        LogLevelName.Information => LogLevel.Information,
        LogLevelName.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}
