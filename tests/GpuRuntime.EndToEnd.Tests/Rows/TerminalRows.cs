namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>A container with a terminal: Docker's shim hands the runtime a console socket.</summary>
public sealed class TerminalRows : DockerFixture
{
    private TestImage? _busybox;

    [Test]
    public async Task The_terminal_and_the_GPU_are_both_there()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(Asking(_busybox!, "0", ["sh", "-c", $"test -t 1 && tty && /bin/opendev {node}"]).WithOptions("--tty"));

        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["/dev/pts/0", $"{node}: {Probe.Allowed}"]));
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
