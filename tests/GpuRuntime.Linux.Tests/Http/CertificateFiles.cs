using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using GpuRuntime.Core.Configuration;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>The files of <c>agent.tls</c>, with certificates that tests make.</summary>
public sealed class CertificateFiles(string directory)
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.Combine(directory, "agent.pem");

    public string KeyPath { get; } = System.IO.Path.Combine(directory, "agent.key");

    public RuntimeConfiguration Configuration => RuntimeConfiguration.Default with { AgentTlsCertificate = Path, AgentTlsKey = KeyPath };

    /// <summary>Writes a new one that vouches for itself, in place of the last.</summary>
    /// <returns>Its thumbprint.</returns>
    public string Write()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request("agent.example", key).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Write(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }

    /// <summary>Writes one that another one vouches for, which stands behind it in the file, and for which a third does, which does not.</summary>
    /// <returns>The thumbprint of the second.</returns>
    public string WriteIssued()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("root.example", rootKey).CreateSelfSigned(from, to);
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Authority("issuer.example", issuerKey).Create(root, from, to, [1]);
        using var issuer = issued.CopyWithPrivateKey(issuerKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request("agent.example", key).Create(issuer, from, to, [2]);
        Write($"{certificate.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem());
        return issuer.Thumbprint;
    }

    /// <summary>A key that belongs to no certificate here.</summary>
    public void WriteOtherKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>The key that is there, under a password that nobody tells the agent.</summary>
    public void EncryptKey()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyPath));
        File.WriteAllText(KeyPath, key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
    }

    private static CertificateRequest Request(string name, ECDsa key) => new($"CN={name}", key, HashAlgorithmName.SHA256);

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }

    private void Write(string certificate, string key)
    {
        foreach (var path in (string[])[Path, KeyPath])
            Command.Run("rm", "-rf", path);
        File.WriteAllText(Path, certificate);
        File.WriteAllText(KeyPath, key);
        File.SetUnixFileMode(KeyPath, OwnersAlone);
    }
}
