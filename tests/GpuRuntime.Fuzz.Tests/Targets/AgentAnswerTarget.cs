using System.Buffers;
using System.Text.Json;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>What <c>top</c> gets from something that may be no agent.</summary>
internal static class AgentAnswerTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        var answer = input.ToArray();
        try
        {
            _ = PastReader.Read(answer);
        }
        catch (FormatException)
        {
            // It is looked at as the other page below.
        }

        try
        {
            var written = Written(SampleReader.Read(answer));
            Broken.Unless(Written(SampleReader.Read(written)).AsSpan().SequenceEqual(written), "a sample is read as it was written");
        }
        catch (FormatException exception)
        {
            // As AgentSource tells it.
            throw new GpuRuntimeException(ErrorCode.AgentUnreachable, exception.Message, exception);
        }
    }

    private static byte[] Written(HostSample sample)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            SampleJson.Write(json, sample);
        return buffer.WrittenSpan.ToArray();
    }
}
