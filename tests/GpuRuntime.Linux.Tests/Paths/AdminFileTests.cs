using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Paths;

/// <summary>Files in an admin's directories.</summary>
public sealed class AdminFileTests : DirectoryFixture
{
    private static readonly byte[] New = "new\n"u8.ToArray();

    [Test]
    public void A_file_is_replaced_and_keeps_its_owner_and_mode()
    {
        var path = Temporary.Write("daemon.json", "old\n");
        Command.Run("chown", "1234:5678", path);
        Command.Run("chmod", "2640", path);

        AdminFile.Write(path, New, null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(AdminFile.Read(path), Is.EqualTo(New));
            Assert.That(Command.Status("%u:%g %a", path), Is.EqualTo("1234:5678 2640"));
            Assert.That(TreeListing.Names(Temporary.Path), Is.EqualTo((string[])["daemon.json"]));
        }
    }

    [Test]
    public void A_new_file_has_its_directories_and_may_be_read_by_all_whatever_the_umask_is()
    {
        var path = Temporary.Combine("etc/docker/daemon.json");

        AdminFile.Write(path, New, null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(New));
            Assert.That(Command.Status("%a", path), Is.EqualTo("644"));
            Assert.That(Command.Status("%a", Temporary.Combine("etc/docker")), Is.EqualTo("755"));
        }
    }

    [Test]
    public void A_backup_is_as_readable_as_what_it_is_a_backup_of()
    {
        var path = Temporary.Write("daemon.json", "a secret\n");
        Command.Run("chown", "1234:5678", path);
        Command.Run("chmod", "600", path);

        AdminFile.Write(path + ".bak", New, path);

        Assert.That(Command.Status("%u:%g %a", path + ".bak"), Is.EqualTo("1234:5678 600"));
    }

    [TestCase("../managed/daemon.json")]
    [TestCase("DIRECTORY/managed/daemon.json")]
    public void A_link_stays_and_what_it_leads_to_is_replaced(string target)
    {
        var real = Temporary.Write("managed/daemon.json", "old\n");
        Command.Run("chmod", "640", real);
        var link = Temporary.Link("etc/daemon.json", target.Replace("DIRECTORY", Temporary.Path, StringComparison.Ordinal));

        AdminFile.Write(link, New, null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new FileInfo(link).LinkTarget, Is.Not.Null);
            Assert.That(File.ReadAllBytes(real), Is.EqualTo(New));
            Assert.That(Command.Status("%a", real), Is.EqualTo("640"));
            Assert.That(TreeListing.Names(Temporary.Path), Has.Length.EqualTo(4));
        }
    }

    [Test]
    public void A_file_that_is_not_there_is_none_and_may_be_deleted_again()
    {
        var path = Temporary.Combine("missing.json");

        Assert.That(AdminFile.Read(path), Is.Null);
        Assert.That(AdminFile.Read(Temporary.Combine("no/directory/missing.json")), Is.Null);
        Assert.DoesNotThrow(() => AdminFile.Delete(path));
        AdminFile.Delete(Temporary.Combine("no/directory/missing.json"));
        Assert.That(TreeListing.Names(Temporary.Path), Is.Empty);
    }

    [TestCase("a link to nothing", "not there")]
    [TestCase("a directory", "not a regular file")]
    [TestCase("a FIFO", "not a regular file")]
    [TestCase("a large file", "larger than 1 MiB")]
    [TestCase("a file as directory", "ENOTDIR")]
    public void What_is_no_configuration_file_is_told(string kind, string named)
    {
        var path = kind switch
        {
            "a link to nothing" => Temporary.Link("daemon.json", "nowhere"),
            "a directory" => Temporary.MakeDirectory("daemon.json"),
            "a FIFO" => Temporary.Fifo("daemon.json"),
            "a large file" => Temporary.Write("daemon.json", new string(' ', (1 << 20) + 1)),
            _ => Temporary.Write("daemon.json", "x") + "/daemon.json",
        };

        Assert.That(Refusal.Of(ErrorCode.EngineConfigurationUnreadable, () => AdminFile.Read(path)), Does.Contain(path).And.Contain(named));
    }

    [Test]
    public void On_a_full_disk_the_old_file_stands_and_nothing_is_left()
    {
        var disk = Temporary.MakeDirectory("disk");
        Command.Run("mount", "-t", "tmpfs", "-o", "size=64k", "none", disk);
        try
        {
            var path = Temporary.Write("disk/daemon.json", "old\n");

            var sentence = Refusal.Of(ErrorCode.EngineConfigurationUnwritable, () => AdminFile.Write(path, new byte[256 << 10], null));

            using (Assert.EnterMultipleScope())
            {
                Assert.That(sentence, Does.Contain(path).And.Contain("ENOSPC").And.Contain("stays"));
                Assert.That(Encoding.UTF8.GetString(AdminFile.Read(path)!), Is.EqualTo("old\n"));
                Assert.That(TreeListing.Names(disk), Is.EqualTo((string[])["daemon.json"]));
            }
        }
        finally
        {
            Command.Run("umount", disk);
        }
    }

    [Test]
    public void On_a_file_system_that_cannot_be_written_the_sentence_says_so()
    {
        var disk = Temporary.MakeDirectory("disk");
        var path = Temporary.Write("disk/daemon.json", "old\n");
        Command.Run("mount", "--bind", disk, disk);
        try
        {
            Command.Run("mount", "-o", "remount,bind,ro", disk);

            Assert.That(Refusal.Of(ErrorCode.EngineConfigurationUnwritable, () => AdminFile.Write(path, New, null)), Does.Contain("EROFS"));
            Assert.That(Refusal.Of(ErrorCode.EngineConfigurationUnwritable, () => AdminFile.Delete(path)), Does.Contain("EROFS"));
        }
        finally
        {
            Command.Run("umount", disk);
        }
    }
}
