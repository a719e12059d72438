using System.Buffers;
using System.Globalization;
using System.Text.Json;
using GpuRuntime.Agent.Http;
using GpuRuntime.Agent.Monitoring.History;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace GpuRuntime.Agent.Web;

/// <summary>The kept points of the last hour.</summary>
internal sealed class HistoryRoute(SampleHistory history) : IHttpRoute
{
    public string Path => "/api/v1/history";

    public HttpAnswer Answer(HttpQuestion question)
    {
        DateTimeOffset? since = null;
        string? container = null;
        foreach (var pair in new QueryStringEnumerable(question.Query))
        {
            var value = pair.DecodeValue().ToString();
            switch (pair.DecodeName().Span)
            {
                case "since" when DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment):
                    since = moment;
                    break;
                case "container":
                    container = value;
                    break;
                default:
                    return HttpAnswer.Text(StatusCodes.Status400BadRequest, "Only since=TIME (2026-01-31T12:00:00Z) and container=ID can be asked.");
            }
        }

        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
            history.Write(json, since, container);
        return new HttpAnswer(StatusCodes.Status200OK, HttpAnswer.Json, buffer.WrittenMemory);
    }
}
