using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring;

/// <summary>What is read of one GPU or partition, pass after pass. Values that are differences of two readings remember the last one.</summary>
internal interface IGpuSensors : IDisposable
{
    /// <summary>
    /// Reads it once. Called by one thread at a time, which is left behind when the GPU does not answer: then nobody reads it until this returns.
    /// </summary>
    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <returns>What it told; health is not judged here.</returns>
    /// <exception cref="Exception">Nothing could be read: the message says why, as a sentence without its end.</exception>
    GpuSample Read(TimeSpan now);
}
