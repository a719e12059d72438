using System.Globalization;
using FsCheck;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>
/// What properties are tried with: the same cases at every run, so that a failure is one that can be looked at. <c>GPU_RUNTIME_FUZZ_SEED</c> gives another
/// number; it is printed with the test.
/// </summary>
internal static class Seed
{
    private const string Variable = "GPU_RUNTIME_FUZZ_SEED";
    private const ulong Usual = 20260101;

    // FsCheck's second number, which must be odd.
    private const ulong Gamma = 1;

    public static Config Of(int cases)
    {
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Usual;
        TestContext.Out.WriteLine($"{Variable}={seed}");
        return Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(seed, Gamma);
    }
}
