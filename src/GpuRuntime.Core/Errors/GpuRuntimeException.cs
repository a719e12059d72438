namespace GpuRuntime.Core.Errors;

/// <summary>An error that a user can act on: one sentence that says what, where and how to mend it, and a stable code.</summary>
public sealed class GpuRuntimeException : Exception
{
    // Names that an image or a file chose stand in messages, quoted or not: none of them forges a line or speaks to a terminal.
    public GpuRuntimeException(ErrorCode code, string message)
        : base(PrintableText.Of(message)) => Code = code;

    public GpuRuntimeException(ErrorCode code, string message, Exception? innerException)
        : base(PrintableText.Of(message), innerException) => Code = code;

    public ErrorCode Code { get; }

    /// <summary>Something has not even the form of a GPU's name: whoever knows the host tells which names there are.</summary>
    public bool NamesNoGpu { get; init; }

    /// <summary>The line as users read it: <c>GRT2002: No GPU ...</c>, without control characters.</summary>
    public string UserLine => $"GRT{(int)Code}: {Message}";
}
