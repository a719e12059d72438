using GpuRuntime.Agent.Http;
using Microsoft.AspNetCore.Connections;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>Who gives a place up when all are taken.</summary>
public sealed class ConnectionPlacesTests
{
    private ConnectionPlaces _places = new(2);

    [SetUp]
    public void Begin() => _places = new ConnectionPlaces(2);

    [Test]
    public async Task A_new_connection_gets_the_place_of_the_one_that_has_asked_for_nothing_the_longest()
    {
        await using Guest first = new(_places), second = new(_places), third = new(_places);

        Assert.That((first.IsEnded, second.IsEnded, third.IsEnded), Is.EqualTo((true, false, false)));
    }

    [Test]
    public async Task Who_asks_keeps_the_place()
    {
        await using Guest first = new(_places), second = new(_places);
        first.Ask();
        await using Guest third = new(_places);

        Assert.That((first.IsEnded, second.IsEnded, third.IsEnded), Is.EqualTo((false, true, false)));
    }

    [Test]
    public async Task Who_leaves_gives_the_place_up_and_nobody_is_ended()
    {
        await using Guest first = new(_places), second = new(_places);
        await second.DisposeAsync();
        await using Guest third = new(_places);

        Assert.That((first.IsEnded, third.IsEnded), Is.EqualTo((false, false)));
    }

    [Test]
    public async Task Who_was_ended_has_no_place_to_keep_or_to_give_up()
    {
        await using Guest first = new(_places), second = new(_places), third = new(_places);
        first.Ask();
        await first.DisposeAsync();
        Assert.That((second.IsEnded, third.IsEnded), Is.EqualTo((false, false)));

        await using Guest fourth = new(_places);

        Assert.That((second.IsEnded, third.IsEnded, fourth.IsEnded), Is.EqualTo((true, false, false)));
    }

    /// <summary>A connection, and what Kestrel would do with it.</summary>
    private sealed class Guest : IAsyncDisposable
    {
        private readonly EndedContext _connection = new();
        private readonly TaskCompletionSource _done = new();
        private readonly Task _held;

        public Guest(ConnectionPlaces places) => _held = places.HoldAsync(_connection, _ => _done.Task);

        public bool IsEnded => _connection.IsEnded;

        public void Ask() => _connection.Features.Get<ConnectionPlace>()!.Use();

        public async ValueTask DisposeAsync()
        {
            _done.TrySetResult();
            await _held;
        }
    }

    private sealed class EndedContext : DefaultConnectionContext
    {
        public bool IsEnded { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsEnded = true;
    }
}
