using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>What an agent needs that others than this machine may ask: a certificate and a token.</summary>
public abstract class WideAgentFixture : HttpFixture
{
    private protected const string Everywhere = "0.0.0.0:0";
    private protected const string Token = "0123456789abcdef0123456789abcdef";

    private X509Certificate2? _shown;

    private protected AgentCertificate Certificate { get; private set; } = null!;

    private protected string TokenPath { get; private set; } = "";

    /// <summary>What the agent shows.</summary>
    private protected X509Certificate2 Shown => _shown!;

    private protected JsonObject Keys => new()
    {
        ["tls"] = new JsonObject { ["certificate"] = Certificate.Path, ["key"] = Certificate.KeyPath },
        ["tokenFile"] = TokenPath,
    };

    private protected override Task StartSharedAsync()
    {
        var directory = Machine.Directory.CreateSubdirectory("tls");
        Certificate = new AgentCertificate(directory);
        _shown = Certificate.Write();
        TokenPath = Path.Combine(directory, "token");
        WriteToken($"{Token}\n");
        return Task.CompletedTask;
    }

    private protected override Task EndSharedAsync()
    {
        _shown?.Dispose();
        return Task.CompletedTask;
    }

    private protected void WriteToken(string content)
    {
        File.WriteAllText(TokenPath, content);
        File.SetUnixFileMode(TokenPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private protected static Command With(string configuration, params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntimeAgent, ["serve", "--config", configuration, .. arguments]);
}
