using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>Shared objects through the host root; what gcc built must be read, and what is broken must be null and no failure.</summary>
public sealed class ElfLibraryTests : DirectoryFixture
{
    private LinuxHostRoot? _root;

    [SetUp]
    public void OpenRoot() => _root = Open(Temporary.Path);

    [TearDown]
    public void DisposeRoot() => _root?.Dispose();

    [Test]
    public void A_64_bit_library_has_its_soname_and_what_it_needs_in_order()
    {
        Library.Build(Temporary.Combine("libb.so.2"), "libb.so.2");
        Library.Build(Temporary.Combine("liba.so.2"), "liba.so.2");
        Library.Build(Temporary.Combine("lib.so"), "libx.so.1", false, Temporary.Combine("libb.so.2"), Temporary.Combine("liba.so.2"));

        var header = Read("lib.so");
        Assert.That(header!.Soname, Is.EqualTo("libx.so.1"));
        Assert.That(header.Needed, Is.EqualTo(["libb.so.2", "liba.so.2"]));
        Assert.That(header.Architecture, Is.EqualTo(LibraryArchitecture.X64));
    }

    [Test]
    public void A_32_bit_library_is_one()
    {
        Library.Build(Temporary.Combine("libb.so.2"), "libb.so.2", true);
        Library.Build(Temporary.Combine("lib.so"), "libx.so.1", true, Temporary.Combine("libb.so.2"));

        var header = Read("lib.so");
        Assert.That(header!.Soname, Is.EqualTo("libx.so.1"));
        Assert.That(header.Needed, Is.EqualTo(["libb.so.2"]));
        Assert.That(header.Architecture, Is.EqualTo(LibraryArchitecture.X86));
    }

    [Test]
    public void A_library_without_a_soname_has_none()
    {
        Library.Build(Temporary.Combine("lib.so"));

        Assert.That(Read("lib.so")!.Soname, Is.Null);
        Assert.That(Read("lib.so")!.Needed, Is.Empty);
    }

    [TestCase(250)]
    [TestCase(256)]
    [TestCase(300)]
    [TestCase(2000)]
    public void A_long_soname_is_read_whole(int length)
    {
        var soname = $"lib{new string('x', length - 6)}.so";
        Library.Build(Temporary.Combine("lib.so"), soname);

        Assert.That(Read("lib.so")!.Soname, Is.EqualTo(soname));
    }

    [Test]
    public void The_machines_libraries_are_read_as_readelf_reads_them()
    {
        using var machine = Open("/");
        foreach (var entry in machine.LoaderCache(["libc.so", "libm.so", "libstdc++.so", "libgcc_s", "libssl", "libcrypto"]))
        {
            var dynamic = Command.Run("readelf", "-d", entry.Path).Split('\n');
            var header = machine.FindLibrary(entry.Path)?.Header;
            Assert.That(header, Is.Not.Null, entry.Path);
            Assert.That(header!.Soname, Is.EqualTo(Names(dynamic, "(SONAME)").SingleOrDefault()), entry.Path);
            Assert.That(header.Needed, Is.EqualTo(Names(dynamic, "(NEEDED)")), entry.Path);
        }
    }

    [Test]
    public void What_is_no_shared_object_is_null()
    {
        Temporary.Write("text", "not ELF\n");
        Temporary.Write("empty", "");
        Temporary.Write("magic", "\u007fELF");
        Temporary.MakeDirectory("directory");
        Temporary.Fifo("fifo");

        foreach (var name in new[] { "text", "empty", "magic", "directory", "fifo", "missing" })
            Assert.That(Refusal.InTime(() => Read(name)), Is.Null, name);
    }

    [Test]
    public void A_library_cut_anywhere_is_no_failure([Values] bool is32Bit)
    {
        var content = Built(is32Bit);
        for (var length = 0; length < content.Length; length += 37)
        {
            Temporary.Write("cut.so", content[..length]);
            var header = Read("cut.so");
            if (length < 0x40)
                Assert.That(header, Is.Null);
        }
    }

    [Test]
    public void A_library_with_changed_headers_is_no_failure([Values] bool is32Bit)
    {
        var content = Built(is32Bit);
        for (var at = 0; at < 0x180; at++)
        {
            foreach (var value in new byte[] { 0, 0x7f, 0xff })
            {
                var mutated = content.ToArray();
                mutated[at] = value;
                Temporary.Write("mutated.so", mutated);
                Assert.That(() => Read("mutated.so"), Throws.Nothing, $"{value:x} at {at:x}");
            }
        }
    }

    [Test]
    public void A_library_with_bytes_changed_by_chance_is_no_failure([Values] bool is32Bit)
    {
        var content = Built(is32Bit);
        var random = new Random(11);
        for (var round = 0; round < 600; round++)
        {
            var mutated = content.ToArray();
            for (var change = random.Next(1, 12); change > 0; change--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            Temporary.Write("mutated.so", mutated);
            Assert.That(() => Read("mutated.so"), Throws.Nothing, $"round {round}");
        }
    }

    private SharedObject? Read(string name) => _root!.FindLibrary(name)?.Header;

    private byte[] Built(bool is32Bit)
    {
        Library.Build(Temporary.Combine("libb.so.2"), "libb.so.2", is32Bit);
        Library.Build(Temporary.Combine("lib.so"), "libx.so.1", is32Bit, Temporary.Combine("libb.so.2"));
        return File.ReadAllBytes(Temporary.Combine("lib.so"));
    }

    private static string[] Names(string[] dynamic, string tag) => [.. dynamic.Where(line => line.Contains(tag, StringComparison.Ordinal)).Select(line => line.Split('[', ']')[1])];

    private static LinuxHostRoot Open(string driver) => new(new RuntimeConfiguration { HostRoot = driver, HostDriver = driver });
}
