namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>Frames by number: the same number, the same frame.</summary>
internal static class FrameMaker
{
    private const int OneStaysOpen = 12;

    private static readonly (string Kind, Func<Random, byte[]> Make)[] Makers = [.. HttpFrames.Makers, .. BodyFrames.Makers, .. TlsFrames.Makers, .. Http2Frames.Makers];

    public static Frame Of(int seed)
    {
        var (kind, make) = Makers[seed % Makers.Length];
        var random = new Random(seed);
        return new Frame(seed, kind, make(random)) { IsBelowTls = TlsFrames.Makers.Any(maker => maker.Kind == kind) || random.Next(4) == 0, StaysOpen = random.Next(OneStaysOpen) == 0 };
    }

    /// <summary>One of them.</summary>
    public static string One(this Random random, params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    public static byte[] Bytes(this Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
