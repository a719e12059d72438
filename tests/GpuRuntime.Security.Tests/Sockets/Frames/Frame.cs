namespace GpuRuntime.Security.Tests.Sockets.Frames;

/// <summary>What a client sends that may be anything.</summary>
/// <param name="Seed">Of which it is made again: <see cref="FrameMaker.Of"/>.</param>
/// <param name="Kind">In words, for who reads a failure.</param>
internal sealed record Frame(int Seed, string Kind, byte[] Bytes)
{
    /// <summary>Sent to the socket as it is, where the agent waits for TLS.</summary>
    public bool IsBelowTls { get; init; }

    /// <summary>The client does not say that it is done: the agent has to lose its patience.</summary>
    public bool StaysOpen { get; init; }

    public override string ToString() => $"seed {Seed}, {Kind}{(IsBelowTls ? ", below TLS" : "")}{(StaysOpen ? ", stays open" : "")}";
}
