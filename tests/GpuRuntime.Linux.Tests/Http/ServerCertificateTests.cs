using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using GpuRuntime.Agent.Http;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Linux.Tests.Monitoring;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>The certificate that clients see of the agent's server, while its files are replaced on the disk.</summary>
public sealed class ServerCertificateTests : DirectoryFixture
{
    private static int _addresses;

    private readonly List<string> _reports = [];
    private SensorClock _clock = new();
    private CertificateFiles? _files;

    private CertificateFiles Files => _files!;

    [SetUp]
    public void Begin()
    {
        _reports.Clear();
        _clock = new SensorClock();
        _files = new CertificateFiles(Temporary.Path);
    }

    [Test]
    public void A_renewed_one_is_shown_after_a_minute_and_connections_that_are_open_go_on()
    {
        var first = Files.Write();
        using var server = Serve(out var address);
        using var open = Connect(address);
        Assert.That(Ask(open), Does.StartWith("HTTP/1.1 503 "));
        var second = Files.Write();

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.That(Shown(address), Is.EqualTo(first));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Shown(address), Is.EqualTo(second));
        Assert.That(Ask(open), Does.StartWith("HTTP/1.1 503 "));
        Assert.That(_reports, Is.Empty);
    }

    [Test]
    public void The_issuers_that_stand_behind_it_in_the_file_are_shown_too()
    {
        var issuer = Files.WriteIssued();
        using var server = Serve(out var address);
        List<string> issuers = [];

        Connect(address, (_, shown, chain, _) =>
        {
            issuers.AddRange(chain!.ChainPolicy.ExtraStore.Select(certificate => certificate.Thumbprint));
            return shown is not null;
        }).Dispose();

        Assert.That(issuers, Does.Contain(issuer));
    }

    private static IEnumerable<TestCaseData> Broken =>
    [
        Case("half a certificate", files => File.WriteAllText(files.Path, File.ReadAllText(files.Path)[..100]), "are no certificate in PEM and its key"),
        Case("an empty certificate", files => File.WriteAllText(files.Path, ""), "are no certificate in PEM and its key"),
        Case("an empty key", files => File.WriteAllText(files.KeyPath, ""), "are no certificate in PEM and its key"),
        Case("the key of another certificate", files => files.WriteOtherKey(), "are no certificate in PEM and its key"),
        Case("a key under a password", files => files.EncryptKey(), "are no certificate in PEM and its key"),
        Case("no certificate", files => File.Delete(files.Path), "Name a file that is there"),
        Case("no key", files => File.Delete(files.KeyPath), "Name a file that is there"),
        Case("a directory", files =>
        {
            File.Delete(files.Path);
            Directory.CreateDirectory(files.Path);
        }, "is not a regular file"),
        Case("a key that everybody may read", files => Command.Run("chmod", "644", files.KeyPath), "is not root's alone"),
        Case("a certificate that everybody may change", files => Command.Run("chmod", "666", files.Path), "is not root's alone"),
        Case("a certificate of a gigabyte", files => Command.Run("truncate", "-s", "1G", files.Path), "larger than 1048576 bytes"),
    ];

    [TestCaseSource(nameof(Broken))]
    public void A_new_one_that_cannot_be_used_leaves_the_old_one_and_says_why(Action<CertificateFiles> damage, string reason)
    {
        var first = Files.Write();
        using var server = Serve(out var address);
        Files.Write();
        damage(Files);

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((Shown(address), Shown(address)), Is.EqualTo((first, first)));
        Assert.That(_reports.Single(), Does.Contain(reason).And.Contain("agent.tls"));

        var mended = Files.Write();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Shown(address), Is.EqualTo(mended));
        Assert.That(_reports, Has.Count.EqualTo(1));
    }

    [TestCaseSource(nameof(Broken))]
    public void With_one_that_cannot_be_used_the_agent_does_not_begin(Action<CertificateFiles> damage, string reason)
    {
        Files.Write();
        damage(Files);

        Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Serve(out _)), Does.Contain(reason).And.Contain("agent.tls"));
    }

    [Test]
    public void One_file_without_the_other_is_refused() =>
        Assert.That(
            Refusal.Of(ErrorCode.AgentNotListening, () => AgentServer.Start(ListenAddress.Parse("127.0.0.1:0"), Files.Configuration with { AgentTlsKey = "" }, [], _clock, _reports.Add)),
            Does.Contain("wants both files or none"));

    private static TestCaseData Case(string name, Action<CertificateFiles> damage, string reason) => new TestCaseData(damage, reason).SetArgDisplayNames(name);

    private AgentServer Serve(out IPEndPoint address)
    {
        address = FreeAddress();
        return AgentServer.Start(ListenAddress.Parse(address.ToString()), Files.Configuration, SampleRoutes.Of(new SampleFeed(_clock), new MetricSubject("1", "host"), Metrics.All), _clock, _reports.Add);
    }

    // On an address of loopback that nobody else uses: between this and the agent's own listening another test may take any port of 127.0.0.1.
    private static IPEndPoint FreeAddress()
    {
        var number = Interlocked.Increment(ref _addresses);
        using var listener = new TcpListener(new IPAddress([127, 79, (byte)(number >> 8), (byte)number]), 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private static string Shown(IPEndPoint address)
    {
        using var stream = Connect(address);
        return ((X509Certificate2)stream.RemoteCertificate!).Thumbprint;
    }

    private static SslStream Connect(IPEndPoint address) => Connect(address, static (_, shown, _, _) => shown is not null);

    private static SslStream Connect(IPEndPoint address, RemoteCertificateValidationCallback validate)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, validate);
        try
        {
            stream.AuthenticateAsClient("agent.example");
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // The answer's first line; the connection stays.
    private static string Ask(SslStream stream)
    {
        stream.Write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().EndsWith(".\n", StringComparison.Ordinal))
        {
            var count = stream.Read(buffer);
            Assert.That(count, Is.Positive, "the agent has closed the connection");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
