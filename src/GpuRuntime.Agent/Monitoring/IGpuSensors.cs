using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>What is read of one GPU or partition, pass after pass. Values that are differences of two readings remember the last one.</summary>
internal interface IGpuSensors : IDisposable
{
    /// <summary>The problem of a GPU that is there, and of which no source has a value: whoever watches it must not take that for a GPU at rest.</summary>
    const string NothingTold = "its driver tells nothing of it";

    /// <summary>
    /// Reads it once. Called by one thread at a time, which is left behind when the GPU does not answer: then nobody reads it until this returns.
    /// </summary>
    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <returns>What it told; health is not judged here.</returns>
    /// <exception cref="Exception">Nothing could be read: the message says why, as a sentence without its end.</exception>
    GpuSample Read(TimeSpan now);
}
