namespace GpuRuntime.Agent.Http;

/// <summary>An answer that a client is reading.</summary>
/// <param name="Storage">What holds the memory: the same for all who read the same page.</param>
/// <param name="Bytes">Of the storage.</param>
/// <param name="BreakOff">Ends the reading.</param>
internal sealed record HeldAnswer(object Storage, long Bytes, Action BreakOff);
