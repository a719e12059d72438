using GpuRuntime.Core.Requests;
using GpuRuntime.Fuzz.Tests.Contract;
using GpuRuntime.Fuzz.Tests.Inputs;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>A break for the fuzzer to find, which none of its seeds leads to.</summary>
internal static class PlantedTarget
{
    private const long Most = 100L << 30;

    public static void Run(ReadOnlySpan<byte> input) =>
        Broken.Unless(!(RequestGrammar.Parse(InputText.Of(input), "planted")?.MemoryLimitBytes >= Most), "nobody asks for 100 GiB");
}
