using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>A directory that becomes a link to the host's and back while something is made in it (T2).</summary>
public sealed class SwappedRootTests : DirectoryFixture
{
    private const int Rounds = 500;

    [Test]
    public void Nothing_lands_outside([Values("replace", "symlink", "directory", "delete")] string operation, [Values("DECOY", "../../decoy", "/")] string target)
    {
        var root = Temporary.MakeDirectory("root");
        var decoy = Temporary.MakeDirectory("decoy");
        foreach (var index in Enumerable.Range(0, 5))
            Temporary.Write($"decoy/file{index}", "the host's\n");
        var directory = Temporary.MakeDirectory("root/usr/lib");
        var link = Temporary.Link("root/usr/link", target.Replace("DECOY", decoy, StringComparison.Ordinal));
        var before = TreeListing.Of(decoy);
        using (var attacker = new SwappingAttacker(directory, link))
        {
            for (var round = 0; round < Rounds || (attacker.Swaps < Rounds && round < 100 * Rounds); round++)
                Make(root, operation, round);
            Assert.That(attacker.Swaps, Is.GreaterThan(Rounds / 10), "nobody attacked");
        }

        Assert.That(TreeListing.Of(decoy), Is.EqualTo(before));
        TreeListing.AssertNoTemporaries(root);
    }

    private static void Make(string root, string operation, int round)
    {
        using var rootfs = RootedDirectory.Open(root, default);
        var path = $"/usr/lib/file{round % 5}";
        try
        {
            switch (operation)
            {
                case "replace":
                    rootfs.Replace(path, BitConverter.GetBytes(round), 0b110_100_100);
                    break;
                case "symlink":
                    rootfs.Symlink(path, $"target{round}");
                    break;
                case "directory":
                    rootfs.MakeDirectory($"/usr/lib/deeper{round % 50}/file", 0b111_000_000);
                    break;
                default:
                    rootfs.Delete(path);
                    break;
            }
        }
        catch (LinuxException)
        {
            // The attacker was in the way.
        }
    }
}
