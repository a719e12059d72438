using System.Net.Sockets;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>An agent that listens on a unix socket, and the file of it.</summary>
public sealed class UnixSocketRows : HttpFixture
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Socket => Machine.Directory.CreateSubdirectory("run") + "/agent.sock";

    [Test]
    public async Task Root_alone_may_ask_and_gets_what_TCP_gives()
    {
        var agent = await StartAsync(Agent(), $"unix:{Socket}");

        Assert.That(File.GetUnixFileMode(Socket), Is.EqualTo(OwnersAlone));
        Assert.That((await agent.GetAsync("/metrics")).Text, Does.Contain("gpu_runtime_up{"));
        // No page in a browser gets here, whatever name it has.
        Assert.That((await agent.SendAsync("GET /healthz HTTP/1.1\r\nHost: anything.example\r\nConnection: close\r\n\r\n"))?.Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Curl_asks_by_it()
    {
        await StartAsync(Agent(), $"unix:{Socket}");

        var result = await Command.Of("curl", "--silent", "--fail", "--unix-socket", Socket, "http://localhost/healthz").RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((0, "ok\n")), result.ToString());
    }

    [Test]
    public async Task Another_user_cannot_connect()
    {
        await StartAsync(Agent(), $"unix:{Socket}");

        var result = await Command.Of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "--silent", "--show-error", "--unix-socket", Socket, "http://localhost/healthz").RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((7, "")), result.ToString());
    }

    [Test]
    public async Task The_file_is_gone_when_the_agent_has_ended()
    {
        var agent = await StartAsync(Agent(), $"unix:{Socket}");
        Assert.That(File.Exists(Socket));

        Assert.That(await agent.Process.StopAsync(), Is.Zero);

        Assert.That(File.Exists(Socket), Is.False);
    }

    [Test]
    public async Task What_a_dead_agent_left_is_replaced()
    {
        var dead = await StartAsync(Agent(), $"unix:{Socket}");
        await dead.Process.StopAsync("KILL");
        Assert.That(File.Exists(Socket));

        var agent = await StartAsync(Agent(), $"unix:{Socket}");

        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_socket_on_which_another_program_listens_is_left_to_it()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Socket));
        other.Listen();

        await RefusedAsync(Socket, $"GRT5303: The agent cannot listen on unix:{Socket}: somebody else listens there. Give another path with --listen or agent.listen.");

        Assert.That(File.Exists(Socket));
    }

    [Test]
    public async Task A_socket_whose_program_does_not_accept_is_left_to_it_too()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Socket));
        other.Listen(0);
        using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await waiting.ConnectAsync(new UnixDomainSocketEndPoint(Socket));

        await RefusedAsync(Socket, $"GRT5303: The agent cannot listen on unix:{Socket}: somebody else listens there. Give another path with --listen or agent.listen.");

        Assert.That(File.Exists(Socket));
    }

    [Test]
    public async Task A_socket_of_another_kind_is_left_alone()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(Socket));

        await RefusedAsync(Socket, $"GRT5303: The agent cannot listen on unix:{Socket}: somebody else listens there. Give another path with --listen or agent.listen.");

        Assert.That(File.Exists(Socket));
    }

    [Test]
    public async Task A_file_is_left_alone()
    {
        await File.WriteAllTextAsync(Socket, "mine");

        await RefusedAsync(Socket, $"GRT5303: The agent cannot listen on unix:{Socket}: it is there, and is no socket of root's alone. Give another path with --listen or agent.listen.");

        Assert.That(await File.ReadAllTextAsync(Socket), Is.EqualTo("mine"));
    }

    [Test]
    public async Task A_link_is_left_alone()
    {
        var aim = Machine.Directory.Combine("aim");
        File.CreateSymbolicLink(Socket, aim);

        await RefusedAsync(Socket, $"GRT5303: The agent cannot listen on unix:{Socket}: it is there, and is no socket of root's alone. Give another path with --listen or agent.listen.");

        Assert.That(new FileInfo(Socket).LinkTarget, Is.EqualTo(aim));
        Assert.That(File.Exists(aim), Is.False);
    }

    [Test]
    public async Task A_directory_that_others_may_write_to_is_refused()
    {
        var directory = Machine.Directory.CreateSubdirectory("open");
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);

        await RefusedAsync($"{directory}/agent.sock", $"GRT5303: The agent cannot listen on unix:{directory}/agent.sock: {directory} is not root's, or others may write to it. Give another path with --listen or agent.listen.");
    }

    [Test]
    public async Task A_directory_that_is_not_there_is_refused() =>
        await RefusedAsync("/nowhere/agent.sock", "GRT5303: The agent cannot listen on unix:/nowhere/agent.sock: /nowhere is no directory. Give another path with --listen or agent.listen.");

    [TearDown]
    public void RemoveSocket() => File.Delete(Socket);

    private async Task RefusedAsync(string path, string sentence)
    {
        var result = await Agent("--listen", $"unix:{path}").RunAsync();

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((1, "", $"gpu-runtime-agent: {sentence}\n")));
    }
}
