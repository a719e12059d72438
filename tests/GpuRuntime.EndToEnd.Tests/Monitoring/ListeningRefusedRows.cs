using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>An agent that cannot, or must not, listen where it is told to says so in one sentence, and watches nothing either.</summary>
public sealed class ListeningRefusedRows : WideAgentFixture
{
    private const string Cure = "Give ADDRESS:PORT such as 127.0.0.1:9400, unix:PATH, or none (--listen, or agent.listen in the configuration).";
    private const string BothWanted = "is reached from other machines, for which TLS and a token are wanted: set agent.tls.certificate, agent.tls.key and agent.tokenFile, or listen on 127.0.0.1 or a unix socket.";

    [TestCase("9400", "it ends in no port")]
    [TestCase("127.0.0.1", "it ends in no port")]
    [TestCase(":9400", "it ends in no port")]
    [TestCase("127.0.0.1:", "it ends in no port")]
    [TestCase("127.0.0.1:65536", "it ends in no port")]
    [TestCase("127.0.0.1:-1", "it ends in no port")]
    [TestCase("host.example:9400", "it begins with no IP address; addresses of version 6 stand in brackets")]
    [TestCase("::1:9400", "it begins with no IP address; addresses of version 6 stand in brackets")]
    [TestCase("1:9400", "it begins with no IP address; addresses of version 6 stand in brackets")]
    [TestCase("[127.0.0.1]:9400", "it begins with no IP address; addresses of version 6 stand in brackets")]
    [TestCase("unix:run/agent.sock", "after unix: an absolute path of at most 107 bytes is wanted")]
    [TestCase("unix:/run/", "after unix: an absolute path of at most 107 bytes is wanted")]
    public async Task What_is_no_address_is_told(string address, string reason) =>
        await RefusedAsync(Agent("--listen", address), $"\"{address}\" is nowhere to listen: {reason}. {Cure}");

    [TestCase("0.0.0.0:9400")]
    [TestCase("[::]:9400")]
    [TestCase("192.0.2.7:9400")]
    public async Task Other_machines_may_not_ask_without_TLS_and_a_token(string address)
    {
        await RefusedAsync(Agent("--listen", address), $"{address} {BothWanted}");
        await RefusedAsync(With(Configuration(Without("tls")), "--listen", address), $"{address} {BothWanted}");
        await RefusedAsync(With(Configuration(Without("tokenFile")), "--listen", address), $"{address} {BothWanted}");
    }

    [Test]
    public async Task Half_of_a_certificate_is_refused_on_loopback_too()
    {
        foreach (var half in (string[])["certificate", "key"])
        {
            var keys = Keys;
            keys["tls"]!.AsObject().Remove(half);
            await RefusedAsync(With(Configuration(keys), "--listen", Loopback), "agent.tls wants both files or none: set agent.tls.certificate and agent.tls.key.");
        }
    }

    [Test]
    public async Task A_port_on_which_another_program_listens_is_told()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = other.LocalEndpoint.ToString()!;

        await RefusedAsync(Agent("--listen", address), $"The agent cannot listen on {address}: somebody else does. See who does with ss -ltnp, or give another address with --listen or agent.listen.");
    }

    [Test]
    public async Task An_address_that_is_not_this_machine_s_is_told()
    {
        var result = await With(Configuration(Keys), "--listen", "192.0.2.7:9400").RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.Match(@"^gpu-runtime-agent: GRT5303: The agent cannot listen on 192\.0\.2\.7:9400: .*[Cc]annot assign requested address.* See who does with ss -ltnp, or give another address with --listen or agent\.listen\.\n$"));
    }

    [Test]
    public async Task A_token_that_others_may_read_is_refused()
    {
        File.SetUnixFileMode(TokenPath, (UnixFileMode)0b110_100_100);
        try
        {
            await RefusedAsync(Wide(), $"{TokenPath} (agent.tokenFile) is not root's alone: chown root {TokenPath} && chmod 0600 {TokenPath}.");
        }
        finally
        {
            WriteToken(Token);
        }
    }

    [TestCase("")]
    [TestCase("short")]
    [TestCase("   0123456789abcde   \n")]
    public async Task A_token_that_is_too_short_is_refused(string token)
    {
        WriteToken(token);
        try
        {
            await RefusedAsync(Wide(), $"The token in {TokenPath} (agent.tokenFile) has fewer than 16 characters. Write a longer one: openssl rand -hex 32 > {TokenPath}.");
        }
        finally
        {
            WriteToken(Token);
        }
    }

    [Test]
    public async Task A_token_that_is_not_there_is_refused()
    {
        var keys = Keys;
        keys["tokenFile"] = "/nowhere/token";

        await RefusedAsync(With(Configuration(keys), "--listen", Everywhere), "open /nowhere/token: no such file or directory (ENOENT) (agent.tokenFile). Name a file that is there.");
    }

    [Test]
    public async Task A_key_that_others_may_read_is_refused()
    {
        File.SetUnixFileMode(Certificate.KeyPath, (UnixFileMode)0b110_100_000 | UnixFileMode.OtherRead);
        try
        {
            await RefusedAsync(Wide(), $"{Certificate.KeyPath} (agent.tls.key) is not root's alone: chown root {Certificate.KeyPath} && chmod 0600 {Certificate.KeyPath}.");
        }
        finally
        {
            File.SetUnixFileMode(Certificate.KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Test]
    public async Task A_key_of_another_certificate_is_refused()
    {
        var other = new AgentCertificate(Machine.Directory.CreateSubdirectory("other"));
        other.Write().Dispose();
        var keys = Keys;
        keys["tls"]!["key"] = other.KeyPath;

        var result = await With(Configuration(keys), "--listen", Everywhere).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(result.Error, Does.StartWith($"gpu-runtime-agent: GRT5303: {Certificate.Path} and {other.KeyPath} (agent.tls) are no certificate in PEM and its key: ").And.EndWith(".\n"));
    }

    [Test]
    public async Task None_listens_nowhere_and_watches_limits_all_the_same()
    {
        await using var agent = await Limits.WatchdogAgent.StartAsync(Agent("--listen", "none"), NewPrefix());

        var sockets = Directory.GetFileSystemEntries($"/proc/{agent.Id}/fd").Select(static file => new FileInfo(file).LinkTarget).Where(static aim => aim?.StartsWith("socket:", StringComparison.Ordinal) == true);

        Assert.That(sockets, Is.Empty);
    }

    [Test]
    public async Task The_configuration_says_where_to_listen_and_the_command_line_counts_before_it()
    {
        var path = Machine.Directory.Combine("from-the-configuration.sock");
        var configuration = Configuration(new JsonObject { ["listen"] = $"unix:{path}" });
        await using (await Limits.WatchdogAgent.StartAsync(With(configuration), NewPrefix()))
            Assert.That(File.Exists(path));

        var agent = await StartAsync(With(configuration));

        Assert.That(File.Exists(path), Is.False);
        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(200));
    }

    private Command Wide() => With(Configuration(Keys), "--listen", Everywhere);

    private JsonObject Without(string key)
    {
        var keys = Keys;
        keys.Remove(key);
        return keys;
    }

    private static async Task RefusedAsync(Command command, string sentence)
    {
        var result = await command.RunAsync();

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((1, "", $"gpu-runtime-agent: GRT5303: {sentence}\n")));
    }
}
