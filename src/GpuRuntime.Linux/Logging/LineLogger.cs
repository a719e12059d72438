using System.Globalization;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;
using Microsoft.Extensions.Logging;

namespace GpuRuntime.Linux.Logging;

/// <summary>
/// Appends one line an event to a file. A logging library behind the same interface would make the shim half as large again, for a process
/// that lives three milliseconds and writes one line.
/// </summary>
internal sealed class LineLogger(string path, LogLevel least) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => path.Length > 0 && logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = $"{time} {logLevel.ToString().ToLowerInvariant()} [{Environment.ProcessId}] {PrintableText.Of(formatter(state, exception))}\n";
        if (!AppendedFile.TryWrite(path, Encoding.UTF8.GetBytes(line)))
            StandardLines.WriteError($"gpu-runtime: the log file {path} cannot be written; see log.path in the configuration.");
    }
}
