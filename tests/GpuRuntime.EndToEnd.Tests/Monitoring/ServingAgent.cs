using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A running `gpu-runtime-agent serve` that listens on a socket of its own.</summary>
internal sealed class ServingAgent : IAsyncDisposable
{
    private const int LongestWait = 60_000;

    private readonly Process _process;
    private readonly string _prefix;
    private readonly HttpClient _client;

    private ServingAgent(Process process, string prefix, string socket)
    {
        (_process, _prefix) = (process, prefix);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        }) { BaseAddress = new Uri("http://agent/") };
    }

    public static ServingAgent Start(TestMachine machine, string configPath)
    {
        var socket = machine.Directory.Combine($"{Guid.NewGuid():N}.sock");
        var prefix = machine.Directory.Combine($"serving-{Guid.NewGuid():N}");
        return new ServingAgent(Command.Of(Programs.GpuRuntimeAgent, "serve", "--config", configPath, "--listen", $"unix:{socket}").Start(prefix), prefix, socket);
    }

    /// <summary>The first sample of which something holds.</summary>
    public async Task<JsonNode> SampleAsync(Func<JsonNode, bool> condition, string what)
    {
        JsonNode? sample = null;
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < LongestWait && !_process.HasExited; await Task.Delay(100))
        {
            try
            {
                sample = JsonNode.Parse(await _client.GetStringAsync("api/v1/gpus"));
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or has no sample yet.
                continue;
            }

            if (condition(sample!))
                return sample!;
        }

        Assert.Fail($"The agent does not tell this: {what}\n{sample?.ToJsonString()}\n{File.ReadAllText(_prefix + ".err")}");
        throw new InvalidOperationException();
    }

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
        _client.Dispose();
    }
}
