using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>A certificate for this machine that vouches for itself, with its key, in the files that <c>agent.tls</c> names.</summary>
internal sealed class AgentCertificate(string directory)
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.Combine(directory, "agent.pem");

    public string KeyPath { get; } = System.IO.Path.Combine(directory, "agent.key");

    /// <summary>Makes one, in place of the last.</summary>
    public X509Certificate2 Write()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyPath, OwnersAlone);
        return X509CertificateLoader.LoadCertificate(certificate.RawData);
    }
}
