using System.Diagnostics.CodeAnalysis;

namespace GpuRuntime.Fuzz.Tests.Contract;

/// <summary>States what holds for every input.</summary>
internal static class Broken
{
    /// <exception cref="BrokenContractException">It does not hold.</exception>
    public static void Unless([DoesNotReturnIf(false)] bool holds, string statement)
    {
        if (!holds)
            throw new BrokenContractException($"It does not hold that {statement}.");
    }
}
