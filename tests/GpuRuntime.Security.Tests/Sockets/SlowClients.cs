using System.Net.Sockets;
using System.Security.Authentication;
using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>Clients that hold connections for as long as the agent lets them.</summary>
internal sealed class SlowClients : IAsyncDisposable
{
    private static readonly TimeSpan TimeBetweenBytes = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TimeToComeBack = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Question = [.. "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"u8];

    // For what needs no token, too.
    private static readonly byte[] Questions = [.. Enumerable.Repeat((byte[])[.. Question, .. "GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n"u8], 50).SelectMany(static pair => pair)];

    private readonly AgentDoor _door;
    private readonly bool _comeBack;
    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _clients;
    private int _bursts;

    private SlowClients(AgentDoor door, bool comeBack, IEnumerable<SlowWay> ways)
    {
        (_door, _comeBack) = (door, comeBack);
        _clients = [.. ways.Select(way => Task.Run(() => RunAsync(way)))];
    }

    /// <summary>Returns when those who ask on and on can send no more: the agent reads no more of it.</summary>
    public async Task BlockedAsync()
    {
        for (var before = -1; before != Volatile.Read(ref _bursts); await Task.Delay(TimeSpan.FromSeconds(1)))
            before = Volatile.Read(ref _bursts);
    }

    /// <param name="comeBack">Each connects again soon after the agent has ended its connection.</param>
    /// <param name="ways">Of each client.</param>
    public static SlowClients Start(AgentDoor door, bool comeBack, IEnumerable<SlowWay> ways) => new(door, comeBack, ways);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_clients);
        _end.Dispose();
    }

    private async Task RunAsync(SlowWay way)
    {
        try
        {
            do
            {
                await HoldAsync(way);
                await Task.Delay(TimeToComeBack, _end.Token);
            }
            while (_comeBack);
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    /// <summary>Returns when the agent has ended the connection.</summary>
    private async Task HoldAsync(SlowWay way)
    {
        try
        {
            await using var stream = await (way == SlowWay.SayNothing ? _door.ConnectSocketAsync() : _door.ConnectAsync()).WaitAsync(_end.Token);
            switch (way)
            {
                case SlowWay.DripHeaders:
                    await stream.WriteAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: "u8.ToArray(), _end.Token);
                    for (; ; await Task.Delay(TimeBetweenBytes, _end.Token))
                        await stream.WriteAsync("x"u8.ToArray(), _end.Token);
                case SlowWay.AskAndNeverRead:
                    await stream.WriteAsync(Question, _end.Token);
                    await Task.Delay(Timeout.Infinite, _end.Token);
                    break;
                case SlowWay.FloodAndNeverRead:
                    for (; ; Interlocked.Increment(ref _bursts))
                        await stream.WriteAsync(Questions, _end.Token);
                case SlowWay.HalfClose:
                    await stream.WriteAsync("GET /metrics HTTP/1.1\r\nHo"u8.ToArray(), _end.Token);
                    if (stream is NetworkStream plain)
                        plain.Socket.Shutdown(SocketShutdown.Send);
                    break;
                default:
                    break;
            }

            await stream.CopyToAsync(Stream.Null, _end.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            // Ended while it sent, or before it was let in.
        }
    }
}
