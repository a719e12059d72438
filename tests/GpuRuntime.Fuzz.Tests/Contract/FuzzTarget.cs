namespace GpuRuntime.Fuzz.Tests.Contract;

/// <summary>Takes an input; returns, refuses it, or breaks the contract.</summary>
internal delegate void FuzzedReader(ReadOnlySpan<byte> input);

/// <summary>One reader of what others wrote.</summary>
/// <param name="Name">Also of its directory in the corpus, and for <c>make fuzz TARGET=</c>.</param>
/// <param name="Run">Throws what the reader throws, and <see cref="BrokenContractException"/> where what it gave does not hold together.</param>
internal sealed record FuzzTarget(string Name, FuzzedReader Run)
{
    /// <summary>Bytes that one run may allocate however small its input is: tables that are made at first use, and the simulated host around the input.</summary>
    public long FixedAllowance { get; init; } = 16 << 20;

    /// <summary>Bytes that it may allocate for each byte of the input. What is quadratic in its input passes this within a few KiB.</summary>
    public long AllowancePerByte { get; init; } = 4 << 10;

    public override string ToString() => Name;
}
