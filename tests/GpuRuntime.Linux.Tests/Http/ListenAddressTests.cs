using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>What --listen and agent.listen may be.</summary>
public sealed class ListenAddressTests
{
    [TestCase("127.0.0.1:9400", "127.0.0.1:9400", true)]
    [TestCase("127.8.7.6:0", "127.8.7.6:0", true)]
    [TestCase("localhost:9400", "127.0.0.1:9400", true)]
    [TestCase("[::1]:9400", "[::1]:9400", true)]
    [TestCase("[0:0:0:0:0:0:0:1]:65535", "[::1]:65535", true)]
    [TestCase("127.0.0.1:09400", "127.0.0.1:9400", true)]
    [TestCase("0.0.0.0:9400", "0.0.0.0:9400", false)]
    [TestCase("192.0.2.1:9400", "192.0.2.1:9400", false)]
    [TestCase("[::]:9400", "[::]:9400", false)]
    [TestCase("[2001:db8::1]:1", "[2001:db8::1]:1", false)]
    [TestCase("unix:/run/gpu-runtime/agent.sock", "unix:/run/gpu-runtime/agent.sock", true)]
    [TestCase("unix:/a:b", "unix:/a:b", true)]
    [TestCase("none", "none", true)]
    public void It_listens_there_and_knows_whether_other_machines_can_come(string text, string printed, bool isLocal)
    {
        var address = ListenAddress.Parse(text);

        Assert.That((address.ToString(), address.IsLocal, address.IsNone), Is.EqualTo((printed, isLocal, text == "none")));
        Assert.That(ListenAddress.Parse(printed), Is.EqualTo(address), "it is printed as it can be given");
    }

    [TestCase("", "no port")]
    [TestCase("127.0.0.1", "no port")]
    [TestCase("127.0.0.1:", "no port")]
    [TestCase(":9400", "no port")]
    [TestCase("127.0.0.1:65536", "no port")]
    [TestCase("127.0.0.1:-1", "no port")]
    [TestCase("127.0.0.1:+1", "no port")]
    [TestCase("127.0.0.1: 9400", "no port")]
    [TestCase("127.0.0.1:9400 ", "no port")]
    [TestCase("127.0.0.1:http", "no port")]
    [TestCase("None", "no port")]
    [TestCase("UNIX:/run/a", "no port")]
    [TestCase("1:9400", "no IP address")]
    [TestCase("127.1:9400", "no IP address")]
    [TestCase("2130706433:9400", "no IP address")]
    [TestCase("0x7f.0.0.1:9400", "no IP address")]
    [TestCase("0177.0.0.1:9400", "no IP address", Description = "Octal to some, decimal to others.")]
    [TestCase("127.0.0.010:9400", "no IP address")]
    [TestCase(" 127.0.0.1:9400", "no IP address")]
    [TestCase("*:9400", "no IP address")]
    [TestCase("gpu-1.example:9400", "no IP address")]
    [TestCase("LOCALHOST.:9400", "no IP address")]
    [TestCase("::1:9400", "no IP address")]
    [TestCase("[]:9400", "no IP address")]
    [TestCase("[127.0.0.1]:9400", "no IP address")]
    [TestCase("[[::1]]:9400", "no IP address")]
    [TestCase("[[::1]:80]:9400", "no IP address")]
    [TestCase("[::1:9400", "no IP address")]
    [TestCase("::1]:9400", "no IP address")]
    [TestCase("http://127.0.0.1:9400", "no IP address")]
    [TestCase("unix:", "absolute path")]
    [TestCase("unix:run/a.sock", "absolute path")]
    [TestCase("unix:/", "absolute path")]
    [TestCase("unix:/run/", "absolute path")]
    [TestCase("unix:/run/\0a", "absolute path", TestName = "unix:/run/NUL")]
    [TestCase("unix:@abstract", "absolute path")]
    [TestCase("unix:///run/a.sock/", "absolute path")]
    public void What_is_no_address_is_refused_with_the_reason_and_the_forms_that_there_are(string text, string reason) =>
        Assert.That(
            Refusal.Of(ErrorCode.AgentNotListening, () => ListenAddress.Parse(text)),
            Does.Contain("is nowhere to listen: ").And.Contain(reason).And.Contain("ADDRESS:PORT").And.Contain("unix:PATH"));

    // sockaddr_un has 108 bytes, of which the last is NUL.
    [TestCase(106, "a", true)]
    [TestCase(107, "a", false)]
    [TestCase(53, "é", true)]
    [TestCase(54, "é", false)]
    public void A_sockets_path_has_at_most_107_bytes_not_characters(int count, string letter, bool fits)
    {
        var text = $"unix:/{string.Concat(Enumerable.Repeat(letter, count))}";

        if (fits)
            Assert.That(ListenAddress.Parse(text).SocketPath, Is.EqualTo(text["unix:".Length..]));
        else
            Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => ListenAddress.Parse(text)), Does.Contain("at most 107 bytes"));
    }

    [Test]
    public void What_is_refused_is_printed_without_its_control_characters() =>
        Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => ListenAddress.Parse("\u001b[31m:x")), Does.Not.Contain("\u001b"));
}
