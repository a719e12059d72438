namespace GpuRuntime.Fuzz.Tests.Contract;

/// <summary>What was found: something that no input may lead to.</summary>
internal sealed class BrokenContractException(string message) : Exception(message);
