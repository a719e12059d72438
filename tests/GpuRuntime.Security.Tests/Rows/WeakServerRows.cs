using GpuRuntime.Security.Tests.Sockets;
using GpuRuntime.Security.Tests.Sockets.Frames;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>That the frames which the agent withstands do find a fault, and that the checks see it.</summary>
[Category("T9")]
[Category("Control")]
public sealed class WeakServerRows
{
    private const int Frames = 100;

    private TestDirectory? _directory;
    private string _program = "";

    [OneTimeSetUp]
    public async Task BuildAsync()
    {
        _directory = TestDirectory.Create();
        _program = await WeakServer.BuildAsync(_directory);
    }

    [OneTimeTearDown]
    public async Task CleanUpAsync()
    {
        if (_directory is not null)
            await _directory.DisposeAsync();
    }

    [TestCase("hangs", "neither answered nor ended")]
    [TestCase("dies", "its process is gone")]
    [TestCase("dies", "it does not answer")]
    [TestCase("leaks", "descriptors")]
    [TestCase("grows", "MiB more")]
    [TestCase("talks", "no sentence of its log")]
    [TestCase("talks", "lines to its log")]
    public async Task A_server_with_a_fault_is_found_out(string fault, string complaint) =>
        Assert.That(await ComplaintsAsync(fault), Has.Some.Contains(complaint));

    [Test]
    public async Task A_server_without_is_not() => Assert.That(await ComplaintsAsync("none"), Is.Empty);

    private async Task<List<string>> ComplaintsAsync(string fault)
    {
        await using var server = await WeakServer.StartAsync(_program, fault, _directory!.Combine($"server-{Guid.NewGuid():N}"));
        var before = server.Condition();
        var sender = new FrameSender(server.Door, TimeSpan.FromSeconds(2));
        var results = await Task.WhenAll(Enumerable.Range(1, Frames).Select(seed => sender.SendAsync(FrameMaker.Of(seed))));
        return [.. results.Select(static result => result.Complaint).OfType<string>(), .. await before.ComplaintsAsync(connections: 1)];
    }
}
