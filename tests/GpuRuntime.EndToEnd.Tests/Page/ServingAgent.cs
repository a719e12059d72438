using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>A running <c>gpu-runtime-agent serve</c> that listens on a port of its own.</summary>
internal sealed class ServingAgent : IAsyncDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly string _output;

    private ServingAgent(Process process, HttpClient client, string output) => (_process, _client, _output) = (process, client, output);

    public Uri Address => _client.BaseAddress!;

    /// <summary>Returns when it answers with a sample.</summary>
    /// <param name="edit">Of the configuration.</param>
    public static async Task<ServingAgent> StartAsync(TestMachine machine, Action<JsonObject>? edit = null)
    {
        var port = FreePort();
        var config = machine.WriteConfiguration($"serving-{port}.json", config =>
        {
            config["agent"] = new JsonObject { ["listen"] = $"127.0.0.1:{port}" };
            edit?.Invoke(config);
        });
        var output = machine.Directory.Combine($"serving-{port}");
        var process = Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", config).Start(output);
        var agent = new ServingAgent(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") }, output);
        try
        {
            await agent.UntilAsync(async () => (await agent._client.GetAsync("healthz")).IsSuccessStatusCode);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    public async Task<JsonNode> GpusAsync() => JsonNode.Parse(await _client.GetStringAsync("api/v1/gpus"))!;

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            Assert.That(_process.HasExited, Is.False, () => File.ReadAllText($"{_output}.err"));
            Assert.That(clock.Elapsed, Is.LessThan(LongestWait), () => File.ReadAllText($"{_output}.err"));
            try
            {
                if (await condition())
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
