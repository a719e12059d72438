using System.Net;
using System.Net.Sockets;
using GpuRuntime.Agent.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>How many connections are taken in.</summary>
public sealed class BoundedTransportTests
{
    private const int Most = 3;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Socket> _clients = [];
    private IConnectionListener _listener = null!;

    [SetUp]
    public async Task BeginAsync()
    {
        _listener = await new BoundedTransport(new SocketTransportOptions(), Most).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        for (var count = 0; count < Most + 2; count++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _clients.Add(client);
            await client.ConnectAsync(_listener.EndPoint);
        }
    }

    [TearDown]
    public async Task EndAsync()
    {
        _clients.ForEach(static client => client.Dispose());
        _clients.Clear();
        await _listener.UnbindAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    public async Task No_more_are_taken_in_than_there_is_room_for_and_none_is_turned_away()
    {
        var connections = new Queue<ConnectionContext>();
        for (var count = 0; count < Most; count++)
            connections.Enqueue(await AcceptedAsync());

        for (var waiting = _clients.Count - Most; waiting > 0; waiting--)
        {
            var next = _listener.AcceptAsync().AsTask();
            await Task.Delay(Moment);
            Assert.That(next.IsCompleted, Is.False, "it was taken in without room");
            await connections.Dequeue().DisposeAsync();
            connections.Enqueue((await next.WaitAsync(Patience))!);
        }

        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    [Test]
    public async Task Disposing_twice_makes_room_once()
    {
        for (var count = 0; count < Most - 1; count++)
            await AcceptedAsync();
        var connection = await AcceptedAsync();
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        await AcceptedAsync();

        var next = _listener.AcceptAsync().AsTask();
        await Task.Delay(Moment);
        Assert.That(next.IsCompleted, Is.False);
    }

    [Test]
    public async Task Waiting_for_room_ends_when_nobody_listens_any_more()
    {
        for (var count = 0; count < Most; count++)
            await AcceptedAsync();
        var next = _listener.AcceptAsync().AsTask();

        await _listener.UnbindAsync();

        Assert.That(await next.WaitAsync(Patience), Is.Null);
    }

    private async Task<ConnectionContext> AcceptedAsync() => (await _listener.AcceptAsync().AsTask().WaitAsync(Patience))!;
}
