using System.Net.Sockets;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Allocations;

/// <summary>What somebody else put among the ledger's files: nobody holds anything by it, it breaks nothing, and links are not followed.</summary>
public sealed class LedgerForeignFileTests : LedgerFixture
{
    private static readonly string[] Names = ["README", "x.json", "x.0123456789abcdef.json", ".hidden.json", ".new-0011", ".lock~"];

    // Of the last two the first is a holder's name, and the second is none.
    private static readonly string[] HoldersNames = ["README", "0123456789abcdef.s.0", "0123456789abcdef.q.0"];

    private static readonly string[] Kinds = ["a file", "an empty file", "a large file", "a directory", "a full directory", "a FIFO", "a socket", "a link", "a dangling link", "a link to itself"];

    [Test]
    public void Among_the_entries([ValueSource(nameof(Names))] string name, [ValueSource(nameof(Kinds))] string kind) =>
        AssertHarmless(() => Make(Path.Combine(Entries, name), kind));

    [Test]
    public void Among_the_units([Values("README", "0000:09:00.0")] string name, [ValueSource(nameof(Kinds))] string kind) =>
        AssertHarmless(() => Make(Path.Combine(Holders, name), kind));

    [Test]
    public void In_a_unit([Values("README", "0123456789abcdef.q.0")] string name, [ValueSource(nameof(Kinds))] string kind) =>
        AssertHarmless(() => Make(Path.Combine(Holders, Unit(0), name), kind));

    // These look like a holder: a sweep takes them away, as it does with what a killed creator left.
    [Test]
    public void In_a_unit_under_a_holders_name([Values("a file", "an empty file", "a large file", "a FIFO", "a socket", "a link", "a dangling link", "a link to itself")] string kind) =>
        AssertHarmless(() => Make(Path.Combine(Holders, Unit(0), HoldersNames[1]), kind));

    [Test]
    public void An_entry_larger_than_any_of_ours_is_none()
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        var path = Path.Combine(Entries, Owner("one").FileName);
        File.WriteAllText(path, File.ReadAllText(path) + new string(' ', 2 << 20));

        Assert.That(Held(), Is.Empty);
        AssertNothingHeld();
    }

    [Test]
    public void A_copy_of_an_entry_is_nobodys_and_its_end_takes_nothing_away()
    {
        Reserve("one", "device=0,mode=exclusive", Gone);
        var old = File.ReadAllBytes(Path.Combine(Entries, Owner("one").FileName));
        Reserve("one", "device=0,mode=exclusive");
        File.WriteAllBytes(Path.Combine(Entries, "copy.json"), old);

        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:0"]));
        Ledger.Sweep();

        Assert.That(Refused("two", "device=0"), Does.Contain("container one"));
        Assert.That(File.Exists(Path.Combine(Entries, "copy.json")));
    }

    [Test]
    public void An_entry_whose_units_lead_elsewhere_is_none()
    {
        Reserve("one", "device=0");
        Reserve("bad", "device=1", Gone);
        var path = Path.Combine(Entries, Owner("bad").FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace($"\"unit\":\"{Unit(1)}\"", "\"unit\":\"../../../x\"", StringComparison.Ordinal));

        Ledger.Sweep();

        Assert.That(Held(), Is.EqualTo((string[])["one: nvidia:0"]));
        Assert.That(Reserve("two", "device=1,mode=exclusive"), Is.EqualTo("nvidia:1"));
    }

    [TestCase("allocations")]
    [TestCase("allocations/holders")]
    [TestCase("allocations/.lock")]
    public void A_link_in_the_place_of_its_own_is_not_followed_out(string place)
    {
        var decoy = Temporary.MakeDirectory("decoy");
        Temporary.MakeDirectory("state");
        Command.Run("chmod", "700", State);
        Temporary.Link($"state/{place}", place.EndsWith(".lock", StringComparison.Ordinal) ? Path.Combine(decoy, "lock") : decoy);

        Assert.That(Refused("one", "device=0", ErrorCode.LedgerUnusable), Does.Contain($"{State}/allocations").And.Contain("stateDirectory"));
        Assert.That(TreeListing.Names(decoy), Is.Empty);
    }

    [TestCase("allocations")]
    [TestCase("allocations/holders")]
    public void A_file_in_the_place_of_its_directories_is_told(string place)
    {
        Temporary.Write($"state/{place}", "x");
        Command.Run("chmod", "700", State);

        Assert.That(Refused("one", "device=0", ErrorCode.LedgerUnusable), Does.Contain($"{State}/allocations").And.Contain("ENOTDIR"));
        Refusal.Of(ErrorCode.LedgerUnusable, () => Ledger.Read());
        Assert.That(Ledger.IsWritable, Is.False);
    }

    [TestCase("1000:1000", "700")]
    [TestCase("0:0", "777")]
    public void A_state_directory_of_others_is_refused(string owner, string mode)
    {
        Directory.CreateDirectory(State);
        Command.Run("chown", owner, State);
        Command.Run("chmod", mode, State);

        Assert.That(Refused("one", "device=0", ErrorCode.StateUnwritable), Does.Contain(State));
        Refusal.Of(ErrorCode.StateUnwritable, () => Ledger.Read());
        Assert.That(Ledger.IsWritable, Is.False);
        Assert.That(TreeListing.Names(State), Is.Empty);
    }

    [Test]
    public void A_lock_that_somebody_keeps_is_told_and_nothing_is_reserved()
    {
        Reserve("one", "device=0");
        var before = TreeListing.Of(State);
        using var directory = LedgerDirectory.Open(new StateDirectory(State));
        using (directory.Lock())
        {
            var refusal = Assert.Throws<GpuRuntimeException>(() => Reserve("two", "device=1"));
            Assert.That(refusal!.Code, Is.EqualTo(ErrorCode.LedgerUnusable));
            Assert.That(refusal.Message, Does.Contain($"{State}/allocations/.lock stays locked").And.Contain("fuser"));
            Assert.That(TreeListing.Of(State), Is.EqualTo(before));
        }

        Assert.That(Reserve("two", "device=1"), Is.EqualTo("nvidia:1"));
    }

    private void AssertHarmless(Action make)
    {
        var decoy = Temporary.Write("decoy", "content");
        Reserve("lives", "device=0");
        Reserve("gone", "device=1,mode=exclusive", Gone);
        make();

        Refusal.InTime(() =>
        {
            Assert.That(Held(), Is.EquivalentTo((string[])["lives: nvidia:0", "gone: nvidia:1"]));
            Assert.That(Reserve("two", "device=1,mode=exclusive"), Is.EqualTo("nvidia:1"), "the sweep that this needs works");
            Assert.That(Reserve("three", "device=0"), Is.EqualTo("nvidia:0"));
            Ledger.Sweep();
            Assert.That(Held(), Is.EquivalentTo((string[])["lives: nvidia:0", "two: nvidia:1", "three: nvidia:0"]));
            Ledger.Release(Owner("lives"));
            Ledger.Release(Owner("three"));
            Assert.That(Reserve("four", "device=0,mode=exclusive"), Is.EqualTo("nvidia:0"));
        });
        Assert.That(File.ReadAllText(decoy), Is.EqualTo("content"));
    }

    private void Make(string path, string kind)
    {
        var relative = Path.GetRelativePath(Temporary.Path, path);
        switch (kind)
        {
            case "a file":
                Temporary.Write(relative, "{\"version\":1}");
                break;
            case "an empty file":
                Temporary.Write(relative, "");
                break;
            case "a large file":
                Temporary.Write(relative, new byte[2 << 20]);
                break;
            case "a directory":
                Temporary.MakeDirectory(relative);
                break;
            case "a full directory":
                Temporary.Write($"{relative}/x.json", "x");
                break;
            case "a FIFO":
                Temporary.Fifo(relative);
                break;
            case "a socket":
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                    socket.Bind(new UnixDomainSocketEndPoint(Short(path)));
                break;
            case "a link":
                Temporary.Link(relative, Temporary.Combine("decoy"));
                break;
            case "a dangling link":
                Temporary.Link(relative, "/no/such/file");
                break;
            default:
                Temporary.Link(relative, Path.GetFileName(path));
                break;
        }
    }

    // A socket's address has 107 bytes.
    private static string Short(string path) => path.Length <= 107 ? path : throw new InconclusiveException($"{path} is too long for a socket");
}
