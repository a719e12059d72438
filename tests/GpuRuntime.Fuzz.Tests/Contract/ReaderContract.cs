using GpuRuntime.Agent.Kubernetes.Grpc;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Fuzz.Tests.Contract;

/// <summary>
/// What holds for every reader and every input: it gives something, or refuses with an exception of ours, a code that is documented and one line that a
/// terminal can show; and it allocates no more than is in proportion to the input.
/// </summary>
internal static class ReaderContract
{
    // More than the longest list of problems that is told.
    private const int LongestLine = 16 << 10;

    /// <returns>The line of the refusal; <see langword="null"/> when the input was taken.</returns>
    /// <exception cref="BrokenContractException">It does not hold.</exception>
    /// <exception cref="Exception">What the reader threw that is none of ours.</exception>
    public static string? Hold(FuzzTarget target, ReadOnlySpan<byte> input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var line = Refusal(target, input);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var allowed = target.FixedAllowance + (target.AllowancePerByte * input.Length);
        if (allocated > allowed)
            throw new BrokenContractException($"{input.Length} bytes of input made the reader allocate {allocated} bytes, more than {allowed}.");
        return line;
    }

    /// <summary>The same of a part of a target, after whose refusal the rest is still looked at.</summary>
    /// <returns>Whether it took what it was given.</returns>
    /// <inheritdoc cref="Hold"/>
    public static bool IsTaken(Action read) => Refusal(new FuzzTarget("part", _ => read()), default) is null;

    private static string? Refusal(FuzzTarget target, ReadOnlySpan<byte> input)
    {
        try
        {
            target.Run(input);
            return null;
        }
        catch (GpuRuntimeException refusal)
        {
            Broken.Unless(Enum.IsDefined(refusal.Code) && refusal.Code != ErrorCode.Unexpected, $"the code {refusal.Code} is one of docs/errors.md");
            RefuseUnclear(refusal.Message);
            RefuseUnclear(refusal.UserLine);
            return refusal.UserLine;
        }
        catch (GrpcException refusal)
        {
            RefuseUnclear(refusal.Message);
            return refusal.Message;
        }
    }

    private static void RefuseUnclear(string line)
    {
        Broken.Unless(!string.IsNullOrWhiteSpace(line), "a refusal says why");
        Broken.Unless(line.Length <= LongestLine, $"a refusal has at most {LongestLine} characters ({line.Length})");
        Broken.Unless(!line.Any(char.IsControl), $"a refusal is one line without control characters ({PrintableText.Of(line)})");
    }
}
