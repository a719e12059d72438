using GpuRuntime.Core.Edits;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Mounts;

/// <summary>Files of the host that are joined to another mount namespace, and nowhere else.</summary>
public sealed class DetachedMountTests : DirectoryFixture
{
    private OtherNamespace? _other;

    private OtherNamespace Other => _other!;

    [SetUp]
    public void StartOther() => _other = OtherNamespace.Start();

    [TearDown]
    public void EndOther() => _other?.Dispose();

    [Test]
    public void A_file_is_there_in_the_other_namespace_and_not_on_the_host()
    {
        var source = Temporary.Write("library", "the driver's\n");
        var place = Temporary.Write("place", "");

        using (var mount = Take(source, place))
            Join(mount, place);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Other.Run("cat", place).Output, Is.EqualTo("the driver's\n"));
            Assert.That(File.ReadAllText(place), Is.Empty);
            Assert.That(HostMounts(), Is.Empty);
        }
    }

    [Test]
    public void A_directory_is_there_with_what_is_in_it()
    {
        Temporary.Write("firmware/gsp.bin", "firmware\n");
        var place = Temporary.MakeDirectory("place");

        using (var mount = Take(Temporary.Combine("firmware"), place))
        {
            Assert.That(mount.Source.Type, Is.EqualTo(FileType.Directory));
            Join(mount, place);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Other.Run("cat", $"{place}/gsp.bin").Output, Is.EqualTo("firmware\n"));
            Assert.That(Directory.EnumerateFileSystemEntries(place), Is.Empty);
            Assert.That(HostMounts(), Is.Empty);
        }
    }

    [TestCase("")]
    [TestCase("bind")]
    [TestCase("ro")]
    [TestCase("nosuid,noexec")]
    [TestCase("ro,nosuid,nodev,noexec")]
    public void The_options_are_in_effect_there_and_no_others(string options)
    {
        string[] given = options.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var place = Temporary.Write("place", "");

        using (var mount = Take(Temporary.Write("library", "x"), place, given))
            Join(mount, place);

        string[] known = ["ro", "nosuid", "nodev", "noexec"];
        // What the file system of the host is mounted with stays.
        Assert.That(Other.OptionsAt(place)!.Intersect(known), Is.EquivalentTo(given.Union(HostOptions()).Intersect(known)));
    }

    [Test]
    public void What_is_mounted_read_only_and_noexec_is_neither_written_nor_run()
    {
        var source = Temporary.Write("program", "#!/bin/sh\necho ran\n");
        var place = Temporary.Write("place", "");
        Command.Run("chmod", "755", source);

        using (var mount = Take(source, place, "ro", "nosuid", "nodev", "noexec"))
            Join(mount, place);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Other.Run("sh", "-c", $"echo x > '{place}'").Error, Does.Contain("Read-only file system"));
            Assert.That(Other.Run("sh", "-c", $"'{place}'").Error, Does.Contain("Permission denied"));
            Assert.That(Command.Run(source), Is.EqualTo("ran\n"));
        }
    }

    [Test]
    public void It_is_taken_away_there_while_the_host_goes_on_with_its_file()
    {
        var source = Temporary.Write("library", "the driver's\n");
        var place = Temporary.Write("place", "the image's\n");
        using var ownDescriptors = Libc.OpenAt(Libc.AtFdCwd, "/proc/self/fd", OpenFlags.Path | Libc.Directory, Resolve.None);
        using var mount = Take(source, place);
        Join(mount, place);
        Assert.That(Other.OptionsAt(place), Is.Not.Null);

        Other.Container.Run(() => Libc.Unmount(mount.Tree, ownDescriptors, place));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Other.OptionsAt(place), Is.Null);
            Assert.That(Other.Run("cat", place).Output, Is.EqualTo("the image's\n"));
            Assert.That(File.ReadAllText(source), Is.EqualTo("the driver's\n"));
        }
    }

    [Test]
    public void It_is_taken_away_where_it_lies_though_its_place_was_renamed()
    {
        var place = Temporary.Write("directory/place", "the image's\n");
        using var ownDescriptors = Libc.OpenAt(Libc.AtFdCwd, "/proc/self/fd", OpenFlags.Path | Libc.Directory, Resolve.None);
        using var mount = Take(Temporary.Write("library", "x"), place);
        Join(mount, place);
        Directory.Move(Temporary.Combine("directory"), Temporary.Combine("renamed"));
        Temporary.Write("directory/place", "");

        Other.Container.Run(() => Libc.Unmount(mount.Tree, ownDescriptors, place));

        Assert.That(Other.OptionsAt(Temporary.Combine("renamed/place")), Is.Null);
        Assert.That(Other.Run("cat", Temporary.Combine("renamed/place")).Output, Is.EqualTo("the image's\n"));
    }

    [Test]
    public void What_is_taken_and_never_joined_is_mounted_nowhere()
    {
        using (var mount = Take(Temporary.Write("library", "x"), "/usr/lib/library"))
            Assert.That(HostMounts(), Is.Empty);
        Assert.That(HostMounts(), Is.Empty);
        Assert.That(Other.Container.Read("mountinfo"), Does.Not.Contain(Temporary.Path));
    }

    [Test]
    public void A_link_is_not_followed()
    {
        Temporary.Write("library", "x");

        using var mount = Take(Temporary.Link("link", "library"), "/usr/lib/library");

        Assert.That(mount.Source.Type, Is.EqualTo(FileType.SymbolicLink));
    }

    [Test]
    public void A_path_that_is_missing_is_told()
    {
        var missing = Temporary.Combine("libcuda.so.1");

        var exception = Assert.Throws<LinuxException>(() => Take(missing, "/usr/lib/libcuda.so.1").Dispose());

        Assert.That(exception!.Message, Is.EqualTo($"open_tree {missing}: no such file or directory (ENOENT)"));
    }

    private static DetachedMount Take(string source, string place, params string[] options) =>
        DetachedMount.Take(new ContainerMount(source, place, [.. options]));

    private void Join(DetachedMount mount, string place) => Other.Container.Run(() =>
    {
        using var target = Libc.OpenAt(Libc.AtFdCwd, place, OpenFlags.Path, Resolve.None);
        Libc.MoveMount(mount.Tree, target, place);
    });

    private string[] HostMounts() => [.. File.ReadAllLines("/proc/self/mountinfo").Where(line => line.Contains(Temporary.Path, StringComparison.Ordinal))];

    private string[] HostOptions() => Command.Run("findmnt", "--noheadings", "--output", "VFS-OPTIONS", "--target", Temporary.Path).Trim().Split(',');
}
