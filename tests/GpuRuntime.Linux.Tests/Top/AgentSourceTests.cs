using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using GpuRuntime.Agent.Http;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Top.Sources;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Exposition;

namespace GpuRuntime.Linux.Tests.Top;

/// <summary>Asks the agent's own server.</summary>
public sealed class AgentSourceTests : DirectoryFixture
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static int _addresses;

    private SampleFeed _feed = new(TimeProvider.System);

    [SetUp]
    public void Forget() => _feed = new SampleFeed(TimeProvider.System);

    [Test]
    public void A_sample_comes_over_TCP()
    {
        var address = FreeAddress();
        using var server = Serve(address, RuntimeConfiguration.Default);
        using var source = Source(address, RuntimeConfiguration.Default);

        Assert.That((source.Take().Processes.Length, source.Name), Is.EqualTo((TopSamples.Host.Processes.Length, $"agent {address}")));
    }

    [Test]
    public void A_sample_comes_over_a_unix_socket()
    {
        var address = $"unix:{Temporary.Path}/agent.sock";
        using var server = Serve(address, RuntimeConfiguration.Default);
        using var source = Source(address, RuntimeConfiguration.Default);

        Assert.That(source.Take().Gpus.Select(gpu => gpu.Gpu.Id), Is.EqualTo(TopSamples.Host.Gpus.Select(gpu => gpu.Gpu.Id)));
    }

    [Test]
    public void The_token_is_shown_and_without_it_the_sentence_names_it()
    {
        var address = FreeAddress();
        var configuration = RuntimeConfiguration.Default with { AgentTokenFile = Secret("token", Token) };
        using var server = Serve(address, configuration);
        using var allowed = Source(address, configuration);
        using var stranger = Source(address, RuntimeConfiguration.Default);
        using var wrong = Source(address, RuntimeConfiguration.Default with { AgentTokenFile = Secret("wrong", "fedcba9876543210") });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(allowed.Take().Gpus, Is.Not.Empty);
            Assert.That(Refusal.Of(ErrorCode.AgentUnreachable, () => stranger.Take()), Does.Contain("wants a token"));
            Assert.That(Refusal.Of(ErrorCode.AgentUnreachable, () => wrong.Take()), Does.Contain("does not accept the token"));
        }
    }

    [Test]
    public void Over_TLS_the_configured_certificate_is_trusted_and_another_is_not_with_a_stand_in_server()
    {
        var configuration = WithCertificate("agent");
        using var certificate = X509Certificate2.CreateFromPemFile(configuration.AgentTlsCertificate, configuration.AgentTlsKey);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(() =>
        {
            AnswerOver(listener, certificate);
            Assert.That(() => AnswerOver(listener, certificate), Throws.InstanceOf<IOException>().Or.InstanceOf<AuthenticationException>());
        });
        using var source = Source($"{listener.LocalEndpoint}", configuration);
        using var other = Source($"{listener.LocalEndpoint}", WithCertificate("other"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(source.Take().Time, Is.EqualTo(DateTimeOffset.UnixEpoch));
            Refusal.Of(ErrorCode.AgentUnreachable, () => other.Take());
        }

        Refusal.InTime(() => answering.GetAwaiter().GetResult());
    }

    [Test]
    public void An_agent_without_a_sample_or_none_at_all_is_told()
    {
        var address = FreeAddress();
        using (AgentServer.Start(ListenAddress.Parse(address), RuntimeConfiguration.Default, Routes(), TimeProvider.System, _ => { }))
        using (var source = Source(address, RuntimeConfiguration.Default))
            Assert.That(Refusal.Of(ErrorCode.AgentUnreachable, () => source.Take()), Does.Contain("no sample"));

        using var gone = Source(address, RuntimeConfiguration.Default);
        Assert.That(Refusal.Of(ErrorCode.AgentUnreachable, () => gone.Take()), Does.Contain(address).And.Contain("refused"));
    }

    [Test]
    public void Whoever_answers_something_else_is_not_understood_with_a_stand_in_server()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(() =>
        {
            using var client = listener.AcceptTcpClient();
            client.GetStream().ReadExactly(new byte[16]);
            client.GetStream().Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nWelcome!\n"u8);
        });
        using var source = Source($"{listener.LocalEndpoint}", RuntimeConfiguration.Default);

        Assert.That(Refusal.Of(ErrorCode.AgentUnreachable, () => source.Take()), Does.Contain("not understood"));
        answering.GetAwaiter().GetResult();
    }

    [TestCase("0.0.0.0:9400", "127.0.0.1:9400")]
    [TestCase("[::]:9400", "[::1]:9400")]
    [TestCase("192.0.2.1:1", "192.0.2.1:1")]
    [TestCase("localhost:9400", "127.0.0.1:9400")]
    [TestCase("unix:/run/a.sock", "/run/a.sock")]
    public void An_agent_is_asked_where_it_listens(string listens, string asked) => Assert.That(AgentAddress.Parse(listens)!.EndPoint.ToString(), Is.EqualTo(asked));

    [Test]
    public void Nobody_is_asked_that_listens_nowhere() => Assert.That(AgentAddress.Parse("none"), Is.Null);

    private static AgentSource Source(string address, RuntimeConfiguration configuration) => new(AgentAddress.Parse(address)!, configuration);

    // On an address of loopback that nobody else uses: between this and the agent's own listening another test may take any port of 127.0.0.1.
    private static string FreeAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        using var listener = new TcpListener(new IPAddress([127, 77, (byte)(number >> 8), (byte)number]), 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }

    private static void AnswerOver(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = listener.AcceptTcpClient();
        using var stream = new SslStream(client.GetStream());
        stream.AuthenticateAsServer(certificate);
        stream.ReadExactly(new byte[16]);
        stream.Write("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"time\":\"1970-01-01T00:00:00Z\"}"u8);
    }

    private AgentServer Serve(string address, RuntimeConfiguration configuration)
    {
        _feed.Publish(TopSamples.Host);
        return AgentServer.Start(ListenAddress.Parse(address), configuration, Routes(), TimeProvider.System, _ => { });
    }

    private IEnumerable<IHttpRoute> Routes() => SampleRoutes.Of(_feed, new MetricSubject("1", "host"), Metrics.All);

    private string Secret(string name, string content)
    {
        var path = $"{Temporary.Path}/{name}";
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private RuntimeConfiguration WithCertificate(string name)
    {
        var (certificate, key) = ($"{Temporary.Path}/{name}.pem", $"{Temporary.Path}/{name}.key");
        Command.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=agent.example", "-days", "2", "-keyout", key, "-out", certificate);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return RuntimeConfiguration.Default with { AgentTlsCertificate = certificate, AgentTlsKey = key };
    }
}
