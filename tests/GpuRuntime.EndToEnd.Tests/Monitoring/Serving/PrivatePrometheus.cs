using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>Debian's Prometheus with a configuration, data and a port of its own.</summary>
internal sealed class PrivatePrometheus : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static int _addresses;

    private readonly Process _process;
    private readonly string _prefix;
    private readonly HttpClient _client;

    private PrivatePrometheus(Process process, string prefix, IPEndPoint address)
    {
        (_process, _prefix) = (process, prefix);
        _client = new HttpClient { BaseAddress = new Uri($"http://{address}/") };
    }

    /// <param name="job">Lines of a scrape job, after its name.</param>
    /// <exception cref="GpuRuntime.TestHosts.TestResourceUnavailableException">It is not installed.</exception>
    public static PrivatePrometheus Start(TestDirectory directory, params string[] job)
    {
        var program = Programs.Engine("prometheus");
        var place = directory.CreateSubdirectory($"prometheus-{Guid.NewGuid():N}");
        var configuration = Path.Combine(place, "prometheus.yml");
        File.WriteAllText(configuration, $"""
            global: {"{"} scrape_interval: 1s, scrape_timeout: 1s {"}"}
            scrape_configs:
            - job_name: gpus
              {string.Join("\n  ", job)}

            """);
        var address = FreeAddress();
        var prefix = Path.Combine(place, "log");
        var command = Command.Of(program, $"--config.file={configuration}", $"--storage.tsdb.path={place}/data", $"--web.listen-address={address}", "--log.level=debug");
        return new PrivatePrometheus(command.Start(prefix), prefix, address);
    }

    /// <summary>The values of a query by the label, once there are any.</summary>
    public async Task<Dictionary<string, string>> QueryAsync(string query, string label)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            Assert.That(_process.HasExited, Is.False, Log);
            if (await TryGetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}") is { } answer && answer["data"]!["result"]!.AsArray() is { Count: > 0 } series)
                return series.ToDictionary(one => (string)one!["metric"]![label]!, one => (string)one!["value"]![1]!);
            Assert.That(clock.Elapsed, Is.LessThan(Limit), () => $"{query} has no result\n{Log}");
        }
    }

    /// <summary>Whether the target is up, and the last error of its scrapes.</summary>
    public async Task<(string Health, string Error)> TargetAsync()
    {
        var target = (await TryGetAsync("api/v1/targets"))!["data"]!["activeTargets"]![0]!;
        return ((string)target["health"]!, (string)target["lastError"]!);
    }

    /// <summary>What it has written; nothing before it runs.</summary>
    public string Log => File.Exists($"{_prefix}.err") ? File.ReadAllText($"{_prefix}.err") : "";

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
    }

    private async Task<JsonNode?> TryGetAsync(string path)
    {
        try
        {
            return JsonNode.Parse(await _client.GetStringAsync(new Uri(path, UriKind.Relative)));
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return null;
        }
    }

    // On an address of loopback that nobody else uses: between this and Prometheus's own listening another test may take any port of 127.0.0.1.
    private static IPEndPoint FreeAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        using var listener = new TcpListener(new IPAddress([127, 78, (byte)(number >> 8), (byte)number]), 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
