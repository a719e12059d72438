using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>An image whose directories are links to where they must not lead (T1): what is made lands inside, or nothing is made.</summary>
public sealed class HostileRootTests : DirectoryFixture
{
    private static readonly string[] Targets =
        ["/", "/etc", "/tmp", "../../../..", "../../../../../../../../etc", "/proc/self/root", "/proc/1/root", "/proc/self/cwd", "DECOY", "../../../DECOY-NAME", "/nowhere", "loop"];

    private static readonly string[] Directories = ["usr/lib/x86_64-linux-gnu", "usr/bin", "dev", "usr/local/cuda/compat", "etc"];

    private static readonly string[] Operations = ["replace", "symlink", "directory", "delete", "read"];

    // Nobody else has files of this name: whether it is anywhere outside is what is looked for.
    private readonly string _name = $"grt-{Guid.NewGuid():N}";
    private string _root = "";
    private string _decoy = "";

    [SetUp]
    public void CreateTrees()
    {
        _root = Temporary.MakeDirectory("outer/root");
        _decoy = Temporary.MakeDirectory("outer/decoy");
        Temporary.Write($"outer/decoy/{_name}", "the host's\n");
        Temporary.Write("outer/decoy/deeper/other", "the host's too\n");
    }

    [Test]
    public void A_parent_that_is_a_link_out_of_the_root_leads_nowhere([ValueSource(nameof(Targets))] string target)
    {
        var before = TreeListing.Of(_decoy);
        foreach (var directory in Directories)
        {
            Temporary.Link($"outer/root/{directory}", target.Replace("DECOY-NAME", "decoy", StringComparison.Ordinal).Replace("DECOY", _decoy, StringComparison.Ordinal));
            foreach (var operation in Operations)
                Try(operation, $"/{directory}/{_name}");
            foreach (var operation in Operations)
                Try(operation, $"/{directory}/deeper/{_name}");
        }

        AssertOutsideUntouched(before);
    }

    [Test]
    public void A_name_that_is_a_link_itself_is_replaced_and_not_followed([ValueSource(nameof(Operations))] string operation)
    {
        Temporary.Link($"outer/root/etc/{_name}", $"{_decoy}/{_name}");
        Temporary.Link($"outer/root/etc/dangling/{_name}", $"{_decoy}/new");
        var before = TreeListing.Of(_decoy);
        Try(operation, $"/etc/{_name}");
        Try(operation, $"/etc/dangling/{_name}");

        AssertOutsideUntouched(before);
    }

    [Test]
    public void Absolute_links_lead_to_the_same_place_inside_the_root()
    {
        Temporary.MakeDirectory("outer/root/real");
        Temporary.Link("outer/root/etc", "/real");
        using var rootfs = RootedDirectory.Open(_root, default);
        rootfs.Replace($"/etc/{_name}", "ours"u8, 0b110_100_100);

        Assert.That(File.ReadAllText(Path.Combine(_root, "real", _name)), Is.EqualTo("ours"));
    }

    [Test]
    public void Links_that_climb_out_end_at_the_root()
    {
        Temporary.Link("outer/root/usr/lib", "../../../../..");
        using var rootfs = RootedDirectory.Open(_root, default);
        rootfs.Replace($"/usr/lib/{_name}", "ours"u8, 0b110_100_100);

        Assert.That(File.ReadAllText(Path.Combine(_root, _name)), Is.EqualTo("ours"));
    }

    [Test]
    public void The_kernels_magic_links_are_not_followed()
    {
        var link = Temporary.Link("outer/magic", "/proc/self/root");
        using var machine = RootedDirectory.Open("/", default);
        var refusal = Assert.Throws<LinuxException>(() => machine.Replace($"{link}{_decoy}/new", "ours"u8, 0b110_100_100));

        Assert.That(refusal!.Errno, Is.EqualTo(Errno.NotDirectory).Or.EqualTo(Errno.TooManyLinks));
        Assert.That(Path.Combine(_decoy, "new"), Does.Not.Exist);
    }

    [TestCase("/")]
    [TestCase("")]
    [TestCase("/etc/..")]
    [TestCase("../x")]
    [TestCase("/usr/../../x")]
    [TestCase("/./x")]
    public void A_path_with_dots_or_without_a_name_is_refused(string path)
    {
        using var rootfs = RootedDirectory.Open(_root, default);

        Refusal.Of(ErrorCode.RootfsHostile, () => rootfs.Replace(path, "x"u8, 0b110_100_100));
        Refusal.Of(ErrorCode.RootfsHostile, () => rootfs.Symlink(path, "x"));
        Refusal.Of(ErrorCode.RootfsHostile, () => rootfs.Delete(path));
        Refusal.Of(ErrorCode.RootfsHostile, () => rootfs.MakeDirectory(path, 0b111_000_000));
    }

    private void Try(string operation, string path)
    {
        using var rootfs = RootedDirectory.Open(_root, default);
        try
        {
            switch (operation)
            {
                case "replace":
                    rootfs.Replace(path, "ours"u8, 0b110_100_100);
                    Assert.That(rootfs.Read(path, 100), Is.EqualTo("ours"u8.ToArray()), "not where the container sees it");
                    break;
                case "symlink":
                    rootfs.Symlink(path, "/made");
                    break;
                case "directory":
                    rootfs.MakeDirectory($"{path}-d", 0b111_000_000);
                    break;
                case "delete":
                    rootfs.Delete(path);
                    break;
                default:
                    Assert.That(rootfs.Read(path, 1000) ?? [], Is.Not.EqualTo("the host's\n"u8.ToArray()), "a file of the host's was read");
                    break;
            }
        }
        catch (LinuxException)
        {
            // Refusing is right as well; what must not be is looked at afterwards.
        }
    }

    private void AssertOutsideUntouched(string decoyBefore)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TreeListing.Of(_decoy), Is.EqualTo(decoyBefore), "the decoy has changed");
            foreach (var directory in new[] { "/", "/etc", "/tmp", "/proc", "/dev", Environment.CurrentDirectory, Temporary.Path, Temporary.Combine("outer") })
            {
                Assert.That(Directory.GetFileSystemEntries(directory, $"{_name}*"), Is.Empty);
                Assert.That(Directory.GetFileSystemEntries(directory, ".gpu-runtime-*"), Is.Empty);
            }

            TreeListing.AssertNoTemporaries(_root);
        }
    }
}
