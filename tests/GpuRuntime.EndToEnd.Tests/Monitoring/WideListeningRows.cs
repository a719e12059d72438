using System.Net.Security;
using System.Text;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>An agent that other machines reach, by TLS and with a token.</summary>
public sealed class WideListeningRows : WideAgentFixture
{
    [Test]
    public async Task Who_shows_the_token_gets_everything()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        Assert.That((await agent.GetAsync("/metrics", $"Authorization: Bearer {Token}")).Text, Does.Contain("gpu_runtime_up{"));
        Assert.That((await agent.GetAsync("/api/v1/gpus", $"authorization: bearer  {Token} ")).Status, Is.EqualTo(200));
        // Of who asks under another name only pages in a browser are to be feared, and they have no token.
        Assert.That((await agent.SendAsync($"GET /metrics HTTP/1.1\r\nHost: gpu-host.example\r\nAuthorization: Bearer {Token}\r\nConnection: close\r\n\r\n"))?.Status, Is.EqualTo(200));
    }

    [TestCase("/metrics")]
    [TestCase("/api/v1/gpus")]
    public async Task Who_does_not_is_asked_for_it_and_gets_nothing(string path)
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        foreach (var headers in (string[][])[
            [],
            ["Authorization: Bearer"],
            ["Authorization: Bearer "],
            [$"Authorization: Bearer {Token[..^1]}"],
            [$"Authorization: Bearer {Token}0"],
            [$"Authorization: Bearer {Token.ToUpperInvariant()}"],
            [$"Authorization: Basic {Token}"],
            [$"Authorization: {Token}"],
            [$"Authorization: Bearer x, Bearer {Token}"],
            ["Authorization: Bearer x", $"Authorization: Bearer {Token}"],
            [$"Cookie: Bearer {Token}"],
        ])
        {
            var reply = await agent.GetAsync(path, headers);
            Assert.That((reply.Status, reply.Headers["WWW-Authenticate"], reply.Text), Is.EqualTo((401, "Bearer realm=\"gpu-runtime-agent\"", "Show the token: Authorization: Bearer TOKEN.\n")), string.Join(" | ", headers));
        }

        Assert.That((await agent.GetAsync($"{path}?token={Token}")).Status, Is.EqualTo(401));
    }

    [Test]
    public async Task Health_is_told_to_everybody()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        var reply = await agent.GetAsync("/healthz");

        Assert.That((reply.Status, reply.Text), Is.EqualTo((200, "ok\n")));
    }

    [Test]
    public async Task Without_TLS_nothing_is_answered()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        await using var stream = await agent.Door.ConnectSocketAsync();
        await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);

        // An alert at most.
        Assert.That(Encoding.ASCII.GetString(answer.ToArray()), Does.Not.Contain("HTTP").And.Not.Contain("ok"));
        Assert.That((await agent.GetAsync("/healthz")).Status, Is.EqualTo(200));
    }

    [TestCase("-tls1", ExpectedResult = false)]
    [TestCase("-tls1_1", ExpectedResult = false)]
    [TestCase("-tls1_2", ExpectedResult = true)]
    [TestCase("-tls1_3", ExpectedResult = true)]
    public async Task<bool> Old_versions_of_TLS_are_not_spoken(string version)
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        // The client's own policy must not be what refuses them.
        var result = await Command.Of("openssl", "s_client", "-connect", $"localhost:{agent.Door.Port}", version, "-cipher", "ALL:@SECLEVEL=0", "-CAfile", Certificate.Path, "-verify_return_error").RunAsync();

        Assert.That(result.Error, Does.Not.Contain("unknown option"));
        return result.ExitCode == 0;
    }

    [Test]
    public async Task The_certificate_holds_before_a_client_that_looks_closely()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        var result = await Command.Of("curl", "--silent", "--fail", "--cacert", Certificate.Path, "--oauth2-bearer", Token, $"https://localhost:{agent.Door.Port}/metrics").RunAsync();

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Output, Does.Contain("gpu_runtime_up{"));
    }

    [Test]
    public async Task HTTP_2_is_not_offered()
    {
        var agent = await StartAsync(With(Configuration(Keys)), Everywhere, Shown);

        await using var stream = await agent.Door.ConnectAsync(SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);

        Assert.That(((SslStream)stream).NegotiatedApplicationProtocol, Is.Not.EqualTo(SslApplicationProtocol.Http2));
    }

    [Test]
    public async Task On_loopback_a_token_alone_will_do()
    {
        var agent = await StartAsync(With(Configuration(new JsonObject { ["tokenFile"] = TokenPath })));

        Assert.That((await agent.GetAsync("/metrics")).Status, Is.EqualTo(401));
        Assert.That((await agent.GetAsync("/metrics", $"Authorization: Bearer {Token}")).Status, Is.EqualTo(200));
    }
}
