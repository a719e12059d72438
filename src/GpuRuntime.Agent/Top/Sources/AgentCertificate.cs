using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>
/// Whether it is the agent that answers: its certificate is the configured one, or one that this host trusts. An agent is mostly asked by an
/// address that its certificate does not name, and often has one of its own making.
/// </summary>
internal static class AgentCertificate
{
    /// <param name="file">The certificate that the configuration gives the agent.</param>
    public static RemoteCertificateValidationCallback Checks(string file) =>
        (_, certificate, _, errors) => errors == SslPolicyErrors.None || (certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(TryRead(file)));

    private static byte[]? TryRead(string file)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return certificate.RawData;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Then only what this host trusts counts.
            return null;
        }
    }
}
