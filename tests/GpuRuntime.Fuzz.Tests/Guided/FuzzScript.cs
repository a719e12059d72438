using System.Diagnostics;
using GpuRuntime.EndToEnd.Tests;

namespace GpuRuntime.Fuzz.Tests.Guided;

/// <summary>What <c>make fuzz</c> runs, with this project as it is built.</summary>
/// <param name="ExitCode">1: something was found.</param>
/// <param name="Output">The table, and what was found.</param>
internal sealed record FuzzScript(int ExitCode, string Output)
{
    private const int ToolIsMissing = 3;

    /// <param name="seconds">For all targets together.</param>
    public static FuzzScript Run(int seconds, params string[] targets) => Run(seconds, targets, []);

    /// <summary>The same, up to the first thing that is found.</summary>
    public static FuzzScript RunUntilCrash(int seconds, string target) => Run(seconds, [target], [("AFL_BENCH_UNTIL_CRASH", "1")]);

    private static FuzzScript Run(int seconds, string[] targets, (string Name, string Value)[] environment)
    {
        var output = Directory.CreateTempSubdirectory("gpu-runtime-fuzz-");
        try
        {
            var start = new ProcessStartInfo(Path.Combine(Repository.Root, "build/fuzz.sh")) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["FUZZ_SECONDS"] = $"{seconds}";
            start.Environment["TARGET"] = string.Join(' ', targets);
            start.Environment["PROGRAM"] = TestContext.CurrentContext.TestDirectory;
            start.Environment["OUT"] = output.FullName;
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
            process.WaitForExit();
            if (process.ExitCode == ToolIsMissing)
                Assert.Ignore(text.Trim());
            return new FuzzScript(process.ExitCode, text);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    /// <summary>A target's row of the table: how often it ran, the edges that were reached, new inputs, crashes, hangs.</summary>
    public int[] Row(string target) =>
        [.. Output.Split('\n').Single(line => line.StartsWith(target + " ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(int.Parse)];
}
