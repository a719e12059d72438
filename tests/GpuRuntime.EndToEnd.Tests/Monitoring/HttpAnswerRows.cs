using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Monitoring;

/// <summary>What the agent answers to whom, byte by byte.</summary>
public sealed class HttpAnswerRows : SharedAgentFixture
{
    private const string Policy = "default-src 'none'; frame-ancestors 'none'";

    [TestCase("/metrics", "text/plain; version=0.0.4; charset=utf-8")]
    [TestCase("/api/v1/gpus", "application/json")]
    [TestCase("/healthz", "text/plain; charset=utf-8")]
    public async Task What_is_served_comes_whole_and_tells_browsers_to_do_nothing_with_it(string path, string type)
    {
        var reply = await Served.GetAsync(path);

        Assert.That(reply.Status, Is.EqualTo(200));
        Assert.That(reply.Headers["Content-Type"], Is.EqualTo(type));
        Assert.That(reply.Headers["Content-Length"], Is.EqualTo($"{reply.Content.Length}"));
        AssertSafe(reply);
    }

    [Test]
    public async Task Health_is_one_word() => Assert.That((await Served.GetAsync("/healthz")).Text, Is.EqualTo("ok\n"));

    [TestCase("/metrics")]
    [TestCase("/api/v1/gpus")]
    [TestCase("/healthz")]
    public async Task HEAD_is_answered_as_GET_is_without_the_content(string path)
    {
        var reply = await Served.AskAsync("HEAD", path);

        Assert.That((reply.Status, reply.Content.Length), Is.EqualTo((200, 0)));
        Assert.That(int.Parse(reply.Headers["Content-Length"], null), Is.Positive);
        AssertSafe(reply);
    }

    [TestCase("/metrics/")]
    [TestCase("//metrics")]
    [TestCase("/Metrics")]
    [TestCase("/debug/pprof/")]
    [TestCase("/debug/pprof/heap")]
    [TestCase("/api")]
    [TestCase("/api/v1/")]
    [TestCase("/../../etc/passwd")]
    [TestCase("/%2e%2e/%2e%2e/etc/passwd")]
    [TestCase("/metrics%00")]
    [TestCase("/metrics;x")]
    public async Task Nothing_else_is_there(string path)
    {
        var reply = await Served.GetAsync(path);

        // Kestrel refuses a NUL by itself.
        Assert.That(reply.Status, Is.EqualTo(path.EndsWith("%00", StringComparison.Ordinal) ? 400 : 404));
        if (reply.Status == 404)
            AssertSafe(reply);
        Assert.That(reply.Text, Does.Not.Contain("metrics").And.Not.Contain("passwd"));
    }

    [TestCase("POST")]
    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("PATCH")]
    [TestCase("OPTIONS")]
    [TestCase("TRACE")]
    [TestCase("BREW")]
    public async Task Other_methods_are_refused_and_the_answer_says_which_are_not(string method)
    {
        var reply = await Served.AskAsync(method, "/metrics");

        Assert.That((reply.Status, reply.Headers["Allow"]), Is.EqualTo((405, "GET, HEAD")));
        AssertSafe(reply);
    }

    [TestCase("Content-Length: 5\r\n\r\nhello")]
    [TestCase("Content-Length: 9000000000\r\n\r\n")]
    [TestCase("Content-Length: 9000000000\r\nExpect: 100-continue\r\n\r\n")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task What_comes_with_a_request_is_not_read(string rest)
    {
        var reply = await Served.SendAsync($"POST /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}");

        Assert.That(reply?.Status, Is.EqualTo(405));
    }

    [TestCase("evil.example")]
    [TestCase("evil.example:9400")]
    [TestCase("localhost.evil.example")]
    [TestCase("10.0.0.1:9400")]
    [TestCase("[2001:db8::1]")]
    public async Task A_page_from_elsewhere_whose_name_leads_here_gets_nothing(string host)
    {
        var reply = await Served.SendAsync($"GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.That((reply?.Status, reply?.Text), Is.EqualTo((421, "This name is not the agent's.\n")));
        AssertSafe(reply!);
    }

    [TestCase("localhost")]
    [TestCase("LOCALHOST:1")]
    [TestCase("127.0.0.1:9400")]
    [TestCase("[::1]:9400")]
    public async Task This_machine_s_own_names_are_answered(string host)
    {
        var reply = await Served.SendAsync($"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.That(reply?.Status, Is.EqualTo(200));
    }

    [TestCase("GET /healthz HTTP/1.1\r\n\r\n", 400, TestName = "A_request_without_a_host_is_refused")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, TestName = "A_request_with_two_hosts_is_refused")]
    [TestCase("GET http://localhost/healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400, TestName = "A_request_for_another_host_than_it_says_is_refused")]
    [TestCase("GET  /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, TestName = "A_request_with_two_spaces_is_refused")]
    [TestCase("GET /healthz HTTP/3.7\r\nHost: localhost\r\n\r\n", 505, TestName = "A_request_of_an_unknown_version_is_refused")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n", 400, TestName = "A_request_with_a_folded_header_is_refused")]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, TestName = "A_request_with_a_negative_length_is_refused")]
    public async Task A_broken_request_is_refused(string request, int status)
    {
        var reply = await Served.SendAsync(request);

        Assert.That(reply?.Status, Is.EqualTo(status));
    }

    [Test]
    public async Task A_request_line_that_is_too_long_is_refused() => Assert.That((await Served.GetAsync($"/{new string('x', 5000)}")).Status, Is.EqualTo(414));

    [Test]
    public async Task Headers_that_are_too_large_are_refused() => Assert.That((await Served.GetAsync("/healthz", $"X: {new string('x', 9000)}")).Status, Is.EqualTo(431));

    [Test]
    public async Task Headers_that_are_too_many_are_refused() => Assert.That((await Served.GetAsync("/healthz", [.. Enumerable.Repeat("X: x", 50)])).Status, Is.EqualTo(431));

    [Test]
    public async Task The_host_s_GPUs_are_told_as_JSON()
    {
        var reply = await Served.GetAsync("/api/v1/gpus");
        var sample = JsonNode.Parse(reply.Content)!;

        Assert.That(sample["gpus"]!.AsArray().Select(static gpu => (string)gpu!["id"]!), Is.EqualTo((string[])["amd:0", "amd:1", "intel:0"]));
        Assert.That(DateTimeOffset.Parse((string)sample["time"]!, null), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(sample["problems"]!.AsArray(), Is.Empty);
        var first = sample["gpus"]![0]!;
        Assert.That(((string)first["pciAddress"]!, (string)first["driver"]!, (string)first["name"]!), Is.EqualTo(("0000:27:00.0", "amdgpu", "AMD INSTINCT MI210")));
        Assert.That(((long)first["memory"]!["totalBytes"]!, (long)first["memory"]!["usedBytes"]!), Is.EqualTo((64L << 30, 1L << 30)));
        Assert.That(first.AsObject().ContainsKey("powerWatts"), Is.False, "this host has no sensor for it");
    }

    [Test]
    public async Task A_new_sample_comes_every_second()
    {
        async Task<string> TimeAsync() => (string)JsonNode.Parse((await Served.GetAsync("/api/v1/gpus")).Content)!["time"]!;

        var first = await TimeAsync();

        Assert.That(TimeAsync, Is.GreaterThan(first).Using((IComparer<string>)StringComparer.Ordinal).After(30_000, 50));
    }

    private static void AssertSafe(RawReply reply)
    {
        var headers = reply.Headers;
        Assert.That(
            (headers["Content-Security-Policy"], headers["X-Content-Type-Options"], headers["Referrer-Policy"], headers["Cache-Control"], headers["Cross-Origin-Resource-Policy"]),
            Is.EqualTo((Policy, "nosniff", "no-referrer", "no-store", "same-origin")));
        Assert.That(headers.Keys, Has.None.EqualTo("Server").And.None.StartsWith("Access-Control"));
    }
}
