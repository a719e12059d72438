using System.Text.Json;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Reads the document of <c>/api/v1/history</c>.</summary>
internal static class PastReader
{
    private const double ShortestSeconds = 0.1;
    private const double LongestSeconds = 3600;

    /// <exception cref="FormatException">It is not such a document: what is wrong with it, as a sentence without its end.</exception>
    public static HostPast Read(ReadOnlyMemory<byte> document) => AnswerDocument.Read(document, static root => new HostPast(Period(root), root.List("gpus", Gpu)));

    private static TimeSpan Period(JsonElement root) =>
        root.Number("periodSeconds").Required("periodSeconds") is >= ShortestSeconds and <= LongestSeconds and var seconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("periodSeconds is not what it should be");

    private static GpuPast Gpu(JsonElement json) =>
        new(json.Text("id").Required("id"), [.. json.List("utilizationRatio", Point).Zip(json.List("memoryUsedBytes", Point))]);

    private static double? Point(JsonElement json) =>
        json.ValueKind == JsonValueKind.Null ? null : json.AsNumber() ?? throw new FormatException("a point is no number");
}
