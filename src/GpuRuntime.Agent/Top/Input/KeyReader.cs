using GpuRuntime.Linux.Terminals;
using Microsoft.Win32.SafeHandles;

namespace GpuRuntime.Agent.Top.Input;

/// <summary>Reads keys from standard input, on the caller's thread, while the terminal is in <see cref="KeyMode"/>.</summary>
internal static class KeyReader
{
    // A terminal that has hung up returns nothing at once, each time; one that waits for a key takes a tenth of a second.
    private const int MostQuickReads = 100;
    private const long QuickMilliseconds = 20;

    /// <summary>Until it is told to stop, or the terminal is gone.</summary>
    public static void Run(Action<Key> press, CancellationToken stop)
    {
        using var input = new FileStream(new SafeFileHandle(Terminal.Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var parser = new KeyParser();
        var buffer = new byte[256];
        for (var quick = 0; quick < MostQuickReads && !stop.IsCancellationRequested;)
        {
            var began = Environment.TickCount64;
            var count = input.Read(buffer);
            if (count == 0)
            {
                quick = Environment.TickCount64 - began < QuickMilliseconds ? quick + 1 : 0;
                if (parser.Rest() is { } key)
                    press(key);
                continue;
            }

            quick = 0;
            foreach (var key in parser.Feed(buffer.AsSpan(0, count)))
                press(key);
        }
    }
}
