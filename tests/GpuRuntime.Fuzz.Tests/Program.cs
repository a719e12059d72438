using GpuRuntime.Core.Errors;
using GpuRuntime.Fuzz.Tests.Contract;
using SharpFuzz;

namespace GpuRuntime.Fuzz.Tests;

/// <summary>
/// This assembly as a program, for build/fuzz.sh. It is not instrumented itself: what it calls is.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["targets"]:
                foreach (var target in FuzzTargets.All)
                    Console.WriteLine(target.Name);
                return 0;
            case ["guided", var name] when FuzzTargets.Named(name) is { } target:
                // In a process of its own, so that an overflow of the stack is one crash and not the end of the run.
                Fuzzer.OutOfProcess.Run(stream => ReaderContract.Hold(target, Read(stream)));
                return 0;
            case ["replay", var name, .. var files] when FuzzTargets.Named(name) is { } target:
                return Array.FindAll(files, file => !Holds(target, file)) is [] ? 0 : 1;
            default:
                Console.Error.WriteLine("arguments: targets | guided TARGET | replay TARGET FILE...");
                return 2;
        }
    }

    private static byte[] Read(Stream stream)
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        return input.ToArray();
    }

    private static bool Holds(FuzzTarget target, string file)
    {
        try
        {
            Console.WriteLine($"{file}: {ReaderContract.Hold(target, File.ReadAllBytes(file)) ?? "taken"}");
            return true;
        }
        catch (Exception exception)
        {
            var place = exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("GpuRuntime", StringComparison.Ordinal) && !line.Contains(nameof(Broken), StringComparison.Ordinal));
            Console.WriteLine($"{file}: {exception.GetType().Name}: {PrintableText.Of(exception.Message)}{(place is null ? "" : $" ({place.Trim()})")}");
            return false;
        }
    }
}
