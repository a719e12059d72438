using System.Text;

namespace GpuRuntime.Fuzz.Tests.Inputs;

/// <summary>Inputs as the text that readers of text get.</summary>
internal static class InputText
{
    /// <summary>As files are read: what is not UTF-8 becomes U+FFFD.</summary>
    public static string Of(ReadOnlySpan<byte> input) => Encoding.UTF8.GetString(input);

    /// <summary>The two texts in front of and behind the first zero byte; the second is empty without one.</summary>
    public static (string First, string Second) Two(ReadOnlySpan<byte> input) =>
        input.IndexOf((byte)0) is var zero and >= 0 ? (Of(input[..zero]), Of(input[(zero + 1)..])) : (Of(input), "");
}
