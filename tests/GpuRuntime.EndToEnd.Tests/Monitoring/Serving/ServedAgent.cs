using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Limits;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A running `gpu-runtime-agent serve` that listens, and what it answers.</summary>
internal sealed class ServedAgent : IAsyncDisposable
{
    private const int LargestReply = 64 << 20;
    private const string Listening = "0A";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private ServedAgent(WatchdogAgent process, AgentDoor door) => (Process, Door) = (process, door);

    public WatchdogAgent Process { get; }

    public AgentDoor Door { get; }

    /// <summary>Of an agent that listens by TCP.</summary>
    public Uri Address => new($"http://127.0.0.1:{Door.Port}/");

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Process.Id}/fd").Length;

    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{Process.Id}/status").Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) << 10;
        }
    }

    /// <summary>Returns when it has taken its first sample.</summary>
    /// <param name="listen">An address with port 0, which the kernel chooses, or unix:PATH.</param>
    /// <param name="certificate">What it shows; <see langword="null"/>: no TLS.</param>
    public static async Task<ServedAgent> StartAsync(Command command, string listen, string prefix, X509Certificate2? certificate = null)
    {
        var process = await WatchdogAgent.StartAsync(command.With("--listen", listen), prefix);
        try
        {
            EndPoint endPoint = listen.StartsWith("unix:", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(listen["unix:".Length..]) : TcpOf(process.Id);
            var agent = new ServedAgent(process, new AgentDoor(endPoint, certificate));
            for (var clock = System.Diagnostics.Stopwatch.StartNew(); (await agent.GetAsync("/healthz")).Status != 200; await Task.Delay(20))
                Assert.That(clock.Elapsed, Is.LessThan(Limit), "the agent has taken no sample");
            return agent;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public Task<RawReply> GetAsync(string path, params string[] headers) => AskAsync("GET", path, headers);

    public async Task<RawReply> AskAsync(string method, string path, params string[] headers) =>
        (await SendAsync($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Concat(headers.Select(static header => header + "\r\n"))}\r\n"))
            ?? throw new IOException($"No answer to {method} {path}");

    /// <summary>The newest sample.</summary>
    public async Task<JsonNode> SampleAsync() => JsonNode.Parse((await GetAsync("/api/v1/gpus")).Content)!;

    /// <summary>The first sample of which something holds.</summary>
    public async Task<JsonNode> SampleAsync(Predicate<JsonNode> condition, string what)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var sample = await SampleAsync();
            if (condition(sample))
                return sample;
            Assert.That(clock.Elapsed, Is.LessThan(Limit), () => $"The agent does not tell this: {what}\n{sample.ToJsonString()}\n{string.Join('\n', Process.Warnings)}");
        }
    }

    /// <summary>Sends bytes as they are, and reads until the agent has no more to say.</summary>
    public async Task<RawReply?> SendAsync(string request)
    {
        await using var stream = await Door.ConnectAsync();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        return RawReply.Parse(await ReadAsync(stream));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var patience = new CancellationTokenSource(Limit);
        var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var count)
        {
            bytes.Write(buffer, 0, count);
            Assert.That(bytes.Length, Is.LessThan(LargestReply));
        }

        return bytes.ToArray();
    }

    // The socket in which the process listens: https://man7.org/linux/man-pages/man5/proc_net.5.html
    private static IPEndPoint TcpOf(int pid)
    {
        var sockets = Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(static file => new FileInfo(file).LinkTarget).ToHashSet();
        var listening = from table in new[] { ("tcp", IPAddress.Loopback), ("tcp6", IPAddress.IPv6Loopback) }
                        from line in File.ReadLines($"/proc/{pid}/net/{table.Item1}").Skip(1)
                        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        where fields[3] == Listening && sockets.Contains($"socket:[{fields[9]}]")
                        select new IPEndPoint(table.Item2, int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return listening.Single();
    }
}
