using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Tests.Monitoring;

namespace GpuRuntime.Linux.Tests.Http;

/// <summary>Who is let in by agent.tokenFile, and which files may say so.</summary>
public sealed class BearerTokenTests : DirectoryFixture
{
    private const string Token = "0123456789abcdef";
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly List<string> _reports = [];
    private SensorClock _clock = new();

    private string File => Temporary.Combine("token");

    [SetUp]
    public void Begin()
    {
        _reports.Clear();
        _clock = new SensorClock();
        Write(Token);
    }

    [TestCase($"Bearer {Token}", ExpectedResult = true)]
    [TestCase($"bearer {Token}", Description = "https://www.rfc-editor.org/rfc/rfc9110#section-11.1", ExpectedResult = true)]
    [TestCase($"BEARER   {Token}  ", ExpectedResult = true)]
    [TestCase(null, ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase("Bearer", ExpectedResult = false)]
    [TestCase("Bearer ", ExpectedResult = false)]
    [TestCase(Token, ExpectedResult = false)]
    [TestCase($"Basic {Token}", ExpectedResult = false)]
    [TestCase($"Bearer:{Token}", ExpectedResult = false)]
    [TestCase($"Bearer {Token}0", ExpectedResult = false)]
    [TestCase("Bearer 0123456789abcde", ExpectedResult = false)]
    [TestCase("Bearer 0123456789abcdeF", ExpectedResult = false)]
    [TestCase("Bearer 1123456789abcdef", ExpectedResult = false)]
    [TestCase($"Bearer {Token} {Token}", ExpectedResult = false)]
    [TestCase($"Bearer {Token}, Bearer {Token}", ExpectedResult = false)]
    public bool The_token_lets_in_and_nothing_else(string? authorization) => Open().IsShownBy(authorization);

    [TestCase(Token + "\n")]
    [TestCase("  " + Token + " \r\n")]
    public void White_space_around_it_in_the_file_is_not_of_it(string content)
    {
        Write(content);

        Assert.That(Open().IsShownBy($"Bearer {Token}"), Is.True);
    }

    [TestCase("", "fewer than 16 characters")]
    [TestCase("\n\n", "fewer than 16 characters")]
    [TestCase("123456789abcdef\n", "fewer than 16 characters")]
    public void A_short_token_is_refused_with_how_to_make_one(string content, string reason)
    {
        Write(content);

        Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Open()), Does.Contain(reason).And.Contain("openssl rand"));
    }

    [TestCase(4096, true)]
    [TestCase(4097, false)]
    public void A_file_has_at_most_4_KiB(int bytes, bool fits)
    {
        var token = new string('t', bytes);
        Write(token);

        if (fits)
            Assert.That(Open().IsShownBy($"Bearer {token}"), Is.True);
        else
            Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Open()), Does.Contain("larger than 4096 bytes").And.Contain("agent.tokenFile"));
    }

    [TestCase("600", true)]
    [TestCase("400", true)]
    [TestCase("640", true, Description = "A group that the admin gave it to.")]
    [TestCase("604", false)]
    [TestCase("644", false)]
    [TestCase("620", false)]
    [TestCase("602", false)]
    public void Nobody_else_may_read_or_change_it(string mode, bool isTaken)
    {
        Command.Run("chmod", mode, File);

        if (isTaken)
            Assert.That(Open().IsShownBy($"Bearer {Token}"), Is.True);
        else
            Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Open()), Does.Contain("is not root's alone").And.Contain("chmod 0600"));
    }

    [Test]
    public void Somebody_elses_file_is_refused()
    {
        Assume.That(Environment.IsPrivilegedProcess);
        Command.Run("chown", "1", File);

        Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Open()), Does.Contain("is not root's alone"));
    }

    [TestCase("directory", "is not a regular file")]
    [TestCase("fifo", "is not a regular file")]
    [TestCase("device", "is not a regular file")]
    [TestCase("dangling link", "Name a file that is there")]
    [TestCase("nothing", "Name a file that is there")]
    public void What_is_no_file_is_refused_and_holds_nobody_up(string kind, string reason)
    {
        System.IO.File.Delete(File);
        switch (kind)
        {
            case "directory":
                Temporary.MakeDirectory("token");
                break;
            case "fifo":
                Temporary.Fifo("token");
                break;
            case "device":
                Temporary.Link("token", "/dev/zero");
                break;
            case "dangling link":
                Temporary.Link("token", "elsewhere");
                break;
        }

        Assert.That(Refusal.Of(ErrorCode.AgentNotListening, () => Open()), Does.Contain(reason).And.Contain("agent.tokenFile"));
    }

    // As a secret of Kubernetes is mounted.
    [Test]
    public void A_link_to_a_file_is_followed()
    {
        System.IO.File.Move(File, Temporary.Combine("data"));
        Temporary.Link("token", "data");

        Assert.That(Open().IsShownBy($"Bearer {Token}"), Is.True);
    }

    [Test]
    public void Another_token_counts_after_ten_seconds_and_the_old_one_no_more()
    {
        var token = Open();
        Write("fedcba9876543210");
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That((token.IsShownBy($"Bearer {Token}"), token.IsShownBy("Bearer fedcba9876543210")), Is.EqualTo((true, false)));

        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That((token.IsShownBy($"Bearer {Token}"), token.IsShownBy("Bearer fedcba9876543210")), Is.EqualTo((false, true)));
        Assert.That(_reports, Is.Empty);
    }

    [Test]
    public void A_token_that_was_taken_away_lets_nobody_in_until_there_is_one_again_and_that_is_said_once_a_look()
    {
        var token = Open();
        System.IO.File.Delete(File);
        _clock.Advance(TimeSpan.FromSeconds(10));

        foreach (var _ in Enumerable.Range(0, 3))
            Assert.That(token.IsShownBy($"Bearer {Token}"), Is.False);
        Assert.That(_reports.Single(), Does.Contain(File).And.Contain("agent.tokenFile"));

        Write(Token);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(token.IsShownBy($"Bearer {Token}"), Is.True);
        Assert.That(_reports, Has.Count.EqualTo(1));
    }

    private BearerToken Open() => new(File, _clock, _reports.Add);

    private void Write(string content)
    {
        Temporary.Write("token", content);
        System.IO.File.SetUnixFileMode(File, OwnersAlone);
    }
}
