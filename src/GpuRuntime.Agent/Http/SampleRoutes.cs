using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace GpuRuntime.Agent.Http;

/// <summary>What is served of the newest sample: each page is written once a sample, however many ask.</summary>
internal static class SampleRoutes
{
    private const string NoSampleYet = "GPUs have not been read yet; ask again.";
    private const string NoSample = "GPUs have not been read for ten seconds; the agent's log says why.";

    public static ImmutableArray<IHttpRoute> Of(SampleFeed feed, MetricSubject subject, ImmutableArray<MetricFamily> families) =>
        [new MetricsRoute(feed, subject, families), new GpusRoute(feed), new HealthRoute(feed)];

    private static HttpAnswer Absent(SampleFeed feed) => HttpAnswer.Text(StatusCodes.Status503ServiceUnavailable, feed.IsWaiting ? NoSampleYet : NoSample);

    private sealed class MetricsRoute(SampleFeed feed, MetricSubject subject, ImmutableArray<MetricFamily> families) : IHttpRoute
    {
        private const string OpenMetrics = "application/openmetrics-text";

        private readonly WrittenOnce _prometheus = new((sample, output) => MetricPage.Write(sample, subject, families, MetricFormat.Prometheus, output));
        private readonly WrittenOnce _openMetrics = new((sample, output) => MetricPage.Write(sample, subject, families, MetricFormat.OpenMetrics, output));

        public string Path => "/metrics";

        public HttpAnswer Answer(HttpQuestion question)
        {
            if (feed.Latest is not { } sample)
                return Absent(feed);
            return WantsOpenMetrics(question.Accept)
                ? new HttpAnswer(StatusCodes.Status200OK, $"{OpenMetrics}; version=1.0.0; charset=utf-8", _openMetrics.Of(sample))
                : new HttpAnswer(StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", _prometheus.Of(sample));
        }

        // Prometheus says which it likes better.
        private static bool WantsOpenMetrics(string accept)
        {
            if (!MediaTypeHeaderValue.TryParseList([accept], out var types))
                return false;
            double open = 0, other = 0;
            foreach (var type in types)
            {
                if (type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase))
                    open = Math.Max(open, type.Quality ?? 1);
                else if (type.MediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.MatchesAllTypes)
                    other = Math.Max(other, type.Quality ?? 1);
            }

            return open > 0 && open >= other;
        }
    }

    private sealed class GpusRoute(SampleFeed feed) : IHttpRoute
    {
        private readonly WrittenOnce _page = new((sample, output) =>
        {
            using var json = new Utf8JsonWriter(output);
            SampleJson.Write(json, sample);
        });

        public string Path => "/api/v1/gpus";

        public HttpAnswer Answer(HttpQuestion question) => feed.Latest is { } sample ? new HttpAnswer(StatusCodes.Status200OK, HttpAnswer.Json, _page.Of(sample)) : Absent(feed);
    }

    private sealed class HealthRoute(SampleFeed feed) : IHttpRoute
    {
        public string Path => "/healthz";

        public bool IsPublic => true;

        public HttpAnswer Answer(HttpQuestion question) => feed.Latest is null ? Absent(feed) : HttpAnswer.Text(StatusCodes.Status200OK, "ok");
    }

    private sealed class WrittenOnce(Action<HostSample, IBufferWriter<byte>> write)
    {
        private readonly Lock _gate = new();
        private HostSample? _sample;
        private ReadOnlyMemory<byte> _page;

        public ReadOnlyMemory<byte> Of(HostSample sample)
        {
            lock (_gate)
            {
                if (ReferenceEquals(_sample, sample))
                    return _page;
                var buffer = new ArrayBufferWriter<byte>(Math.Max(4096, _page.Length + 1024));
                write(sample, buffer);
                (_sample, _page) = (sample, buffer.WrittenMemory);
                return _page;
            }
        }
    }
}
