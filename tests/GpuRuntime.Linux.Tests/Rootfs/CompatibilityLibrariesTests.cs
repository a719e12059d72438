using System.Buffers.Binary;
using System.Text;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Rootfs;
using GpuRuntime.Linux.Tests.Loader;

namespace GpuRuntime.Linux.Tests.Rootfs;

/// <summary>An image's own, newer CUDA libraries, on a host with driver 550.163.01.</summary>
public sealed class CompatibilityLibrariesTests : DirectoryFixture
{
    private const string Compat = "/usr/local/cuda/compat";
    private const string Configuration = "etc/ld.so.conf.d/00-gpu-runtime-compat.conf";
    private const string Injected = "/usr/gpu/lib/libcuda.so.1";

    [SetUp]
    public void MakeImage()
    {
        Temporary.Write("root/lib64/ld-linux-x86-64.so.2", "a loader");
        Temporary.Write("root/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
    }

    [Test]
    public void Newer_ones_go_in_front_under_each_of_their_names()
    {
        AddCuda("560.28.03");
        Temporary.Link($"root{Compat}/libcuda.so", "libcuda.so.1");
        Library.Build(Temporary.Combine($"root{Compat}/libnvidia-ptxjitcompiler.so.560.28.03"), "libnvidia-ptxjitcompiler.so.1");
        Temporary.Link($"root{Compat}/libnvidia-ptxjitcompiler.so.1", "libnvidia-ptxjitcompiler.so.560.28.03");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(FirstCuda(), Is.EqualTo($"{Compat}/libcuda.so.1"));
            Assert.That(Paths(), Is.EquivalentTo((string[])
            [
                $"{Compat}/libcuda.so", $"{Compat}/libcuda.so.1", $"{Compat}/libcuda.so.560.28.03", Injected,
                $"{Compat}/libnvidia-ptxjitcompiler.so.1", $"{Compat}/libnvidia-ptxjitcompiler.so.560.28.03",
            ]));
            Assert.That(File.ReadAllText(Temporary.Combine($"root/{Configuration}")), Is.EqualTo($"{Compat}\n"));
        }
    }

    [TestCase("550.200.01")]
    [TestCase("535.54.03")]
    public void Older_ones_stay_behind(string version)
    {
        AddCuda(version);

        AssertHostsOwn();
    }

    [TestCase("{\"Driver\":[535,550]}", true)]
    [TestCase("{\"Driver\":[535]}", false)]
    [TestCase("nonsense", false)]
    public void The_note_in_the_library_says_with_which_drivers_it_works(string note, bool preferred)
    {
        AddCuda("560.28.03");
        AddNote($"root{Compat}/libcuda.so.560.28.03", note);

        Assert.That(FirstCuda(), Is.EqualTo(preferred ? $"{Compat}/libcuda.so.1" : Injected));
    }

    [Test]
    public void They_give_way_when_the_hosts_driver_has_become_newer()
    {
        AddCuda("560.28.03");
        Prepare("550.163.01");
        var preferred = FirstCuda();
        Prepare("570.26");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(preferred, Does.StartWith(Compat));
            Assert.That(Paths(), Is.EqualTo((string[])[Injected]));
            Assert.That(Temporary.Combine($"root/{Configuration}"), Does.Not.Exist);
        }
    }

    [Test]
    public void Prepared_again_nothing_changes()
    {
        AddCuda("560.28.03");
        Prepare("550.163.01");
        var before = TreeListing.Of(Temporary.Combine("root"));
        Prepare("550.163.01");

        Assert.That(TreeListing.Of(Temporary.Combine("root")), Is.EqualTo(before));
    }

    [Test]
    public void Two_of_them_are_one_too_many()
    {
        AddCuda("560.28.03");
        AddCuda("575.51.03");

        AssertHostsOwn();
    }

    [Test]
    public void A_directory_that_is_a_link_to_the_hosts_is_looked_for_inside_the_image()
    {
        Library.Build(Temporary.Combine("decoy/libcuda.so.560.28.03"), "libcuda.so.1");
        Temporary.Link($"root{Compat}", Temporary.Combine("decoy"));

        AssertHostsOwn();
    }

    [TestCase("FIFO")]
    [TestCase("directory")]
    [TestCase("link")]
    [TestCase("text")]
    [TestCase("32 bit")]
    public void What_is_no_library_of_its_own_decides_nothing(string kind)
    {
        var name = $"root{Compat}/libcuda.so.560.28.03";
        switch (kind)
        {
            case "FIFO":
                Temporary.Fifo(name);
                break;
            case "directory":
                Temporary.MakeDirectory(name);
                break;
            case "link":
                Library.Build(Temporary.Combine("root/elsewhere"), "libcuda.so.1");
                Temporary.Link(name, "/elsewhere");
                break;
            case "text":
                Temporary.Write(name, "INPUT(libc.so.6)");
                break;
            default:
                Library.Build(Temporary.Combine(name), "libcuda.so.1", is32Bit: true);
                break;
        }

        Refusal.InTime(AssertHostsOwn);
    }

    [Test]
    public void Names_that_no_library_has_are_not_taken()
    {
        AddCuda("560.28.03");
        foreach (var name in new[] { "lib evil.so.1", "libevil.so.1\n/etc", "evil.so.1", "libevil.a", "lib\u001b[31m.so" })
            Temporary.Write($"root{Compat}/{name.Replace("/etc", "x", StringComparison.Ordinal)}", "");
        Prepare("550.163.01");

        Assert.That(Paths(), Is.EquivalentTo((string[])[$"{Compat}/libcuda.so.1", $"{Compat}/libcuda.so.560.28.03", Injected]));
    }

    private void AddCuda(string version)
    {
        Library.Build(Temporary.Combine($"root{Compat}/libcuda.so.{version}"), "libcuda.so.1");
        File.Delete(Temporary.Combine($"root{Compat}/libcuda.so.1"));
        Temporary.Link($"root{Compat}/libcuda.so.1", $"libcuda.so.{version}");
    }

    // Sizes of name and description, a type, then both, padded to four bytes (man 5 elf).
    private void AddNote(string library, string text)
    {
        const int header = 12;
        var owner = Encoding.ASCII.GetBytes("NVIDIA Corporation\0");
        var description = Encoding.UTF8.GetBytes(text);
        var start = header + ((owner.Length + 3) & ~3);
        var note = new byte[start + ((description.Length + 3) & ~3)];
        BinaryPrimitives.WriteInt32LittleEndian(note, owner.Length);
        BinaryPrimitives.WriteInt32LittleEndian(note.AsSpan(4), description.Length);
        owner.CopyTo(note, header);
        description.CopyTo(note, start);
        Command.Run("objcopy", "--add-section", $".note.cuda.fwd_compatibility={Temporary.Write("note", note)}", Temporary.Combine(library));
    }

    private void AssertHostsOwn()
    {
        Assert.That(FirstCuda(), Is.EqualTo(Injected));
        Assert.That(Paths(), Is.EqualTo((string[])[Injected]));
        Assert.That(Temporary.Combine($"root/{Configuration}"), Does.Not.Exist);
    }

    private string FirstCuda()
    {
        Prepare("550.163.01");
        return CacheText.Parse(Temporary.Combine("root/etc/ld.so.cache")).Described().First(entry => entry.Name == "libcuda.so.1").Path;
    }

    private IEnumerable<string> Paths() => CacheText.Parse(Temporary.Combine("root/etc/ld.so.cache")).Described().Select(entry => entry.Path);

    private void Prepare(string driver)
    {
        var version = DottedVersion.Parse(driver)!;
        using var rootfs = RootedDirectory.Open(Temporary.Combine("root"), default);
        RootfsLoader.Prepare(rootfs, [new("libcuda.so.1", Injected, LibraryArchitecture.X64)], new ForwardCompatibility(Compat, version, CudaCompatibility.CudaOf(version)));
    }
}
