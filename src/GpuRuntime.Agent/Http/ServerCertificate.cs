using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Agent.Http;

/// <summary>The certificate of <c>agent.tls</c>. Its files are read again from time to time, so that a renewed one serves without a restart.</summary>
internal sealed class ServerCertificate
{
    private const int LargestFile = 1 << 20;

    private static readonly TimeSpan TimeBetweenReads = TimeSpan.FromMinutes(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _clock;
    private readonly Action<string> _report;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _context;
    private byte[] _content;
    private long _read;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: the files cannot be used.</exception>
    public ServerCertificate(string certificate, string key, TimeProvider clock, Action<string> report)
    {
        (_certificate, _key, _clock, _report) = (certificate, key, clock, report);
        _content = Content();
        _context = Context();
        _read = clock.GetTimestamp();
    }

    public SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_read) < TimeBetweenReads)
                return _context;
            _read = _clock.GetTimestamp();
            try
            {
                var content = Content();
                if (!content.AsSpan().SequenceEqual(_content))
                    (_context, _content) = (Context(), content);
            }
            catch (GpuRuntimeException exception)
            {
                // The old one goes on: half of a renewal is written, perhaps.
                _report(exception.UserLine);
            }

            return _context;
        }
    }

    private byte[] Content() =>
    [
        .. SecretFile.Read(_certificate, LargestFile, ErrorCode.AgentNotListening, "agent.tls.certificate", isPublic: true),
        .. SecretFile.Read(_key, LargestFile, ErrorCode.AgentNotListening, "agent.tls.key"),
    ];

    private SslStreamCertificateContext Context()
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Text(_certificate, isPublic: true));
            using var leaf = X509Certificate2.CreateFromPem(Text(_certificate, isPublic: true), Text(_key, isPublic: false));
            // A key that stays in memory alone cannot be used on some platforms: through PKCS #12 it can, everywhere.
            var usable = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            certificates.RemoveAt(0);
            return SslStreamCertificateContext.Create(usable, certificates, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new GpuRuntimeException(
                ErrorCode.AgentNotListening, $"{_certificate} and {_key} (agent.tls) are no certificate in PEM and its key: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private static string Text(string path, bool isPublic) =>
        Encoding.UTF8.GetString(SecretFile.Read(path, LargestFile, ErrorCode.AgentNotListening, isPublic ? "agent.tls.certificate" : "agent.tls.key", isPublic));
}
