using GpuRuntime.Linux.Loader;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Loader;

/// <summary>Which symbols a library has for others: what nm says of real ones, and no failure for broken ones.</summary>
public sealed class ElfSymbolsTests : DirectoryFixture
{
    private const string LimitCall = "nvmlDeviceSetMemoryLimits_v1";

    private const string Source = """
        int answer(void) { return 42; }
        int number = 7;
        __thread int own = 1;
        __attribute__((weak)) int weak_answer(void) { return 1; }
        __attribute__((visibility("hidden"))) int hidden_answer(void) { return 2; }
        __attribute__((visibility("protected"))) int protected_answer(void) { return 3; }
        static int private_answer(void) { return 4; }
        extern int imported(void);
        int uses(void) { return imported() + private_answer() + hidden_answer(); }
        """;

    private static readonly string[] Exported = ["answer", "number", "own", "weak_answer", "protected_answer", "uses"];

    private static readonly string[] NotExported = ["hidden_answer", "private_answer", "imported", "answe", "answer ", "", "answer\0", new string('a', 5000)];

    [TestCase("libc.so.6")]
    [TestCase("libm.so.6")]
    [TestCase("libstdc++.so.6")]
    [TestCase("libgcc_s.so.1")]
    public void A_library_of_the_machine_exports_what_nm_lists_and_nothing_else(string soname)
    {
        var path = Command.Run("gcc", $"-print-file-name={soname}").TrimEnd('\n');
        if (!Path.IsPathRooted(path))
            Assert.Ignore($"{soname} is not on this machine");
        var names = Names(path);

        Assert.That(names, Is.Not.Empty);
        Assert.That(names.Where(name => !ElfSymbols.Exports(path, name)), Is.Empty);
        Assert.That(names.Select(name => $"{name}x").Except(names).Where(name => ElfSymbols.Exports(path, name)), Is.Empty);
    }

    [Test]
    public void The_drivers_library_exports_what_nm_lists_and_not_the_call_of_later_drivers()
    {
        string library;
        try
        {
            var driver = NvidiaDriverPackages.Unpack(Temporary.Combine("driver"));
            library = Directory.GetFiles(driver.Directory, $"libnvidia-ml.so.{driver.DriverVersion}", SearchOption.AllDirectories)[0];
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }

        var names = Names(library);
        Assert.That(names, Does.Contain("nvmlInit_v2").And.Not.Contain(LimitCall));
        Assert.That(names.Where(name => !ElfSymbols.Exports(library, name)), Is.Empty);
        Assert.That(ElfSymbols.Exports(library, LimitCall), Is.False);
    }

    [Test]
    public void Only_what_is_defined_for_others_is_exported([Values("gnu", "sysv", "both")] string style, [Values] bool is32Bit)
    {
        var library = Build(style, is32Bit);

        Assert.Multiple(() =>
        {
            foreach (var name in Exported)
                Assert.That(ElfSymbols.Exports(library, name), Is.True, name);
            foreach (var name in NotExported)
                Assert.That(ElfSymbols.Exports(library, name), Is.False, name);
        });
    }

    [Test]
    public void A_library_without_symbols_of_its_own_has_none([Values("gnu", "sysv")] string style)
    {
        var library = Temporary.Combine("empty.so");
        Command.Run("gcc", "-shared", "-nostdlib", $"-Wl,--hash-style={style}", "-o", library, Temporary.Write("empty.c", ""));

        Assert.That(ElfSymbols.Exports(library, "answer"), Is.False);
    }

    [Test]
    public void A_link_is_followed_and_what_is_no_library_exports_nothing()
    {
        Build("gnu", false);
        Temporary.Link("link.so", "library.so");
        Temporary.Write("text", "not ELF\n");
        Temporary.Write("empty", "");
        Temporary.MakeDirectory("directory");
        Temporary.Fifo("fifo");

        Assert.That(ElfSymbols.Exports(Temporary.Combine("link.so"), "answer"), Is.True);
        foreach (var name in new[] { "text", "empty", "directory", "fifo", "missing" })
            Assert.That(Refusal.InTime(() => ElfSymbols.Exports(Temporary.Combine(name), "answer")), Is.False, name);
        Assert.That(Refusal.InTime(() => ElfSymbols.Exports("/dev/zero", "answer")), Is.False);
    }

    [Test]
    public void A_library_cut_anywhere_is_no_failure([Values("gnu", "sysv")] string style, [Values] bool is32Bit)
    {
        var content = File.ReadAllBytes(Build(style, is32Bit));
        var found = 0;
        for (var length = 0; length < content.Length; length += 31)
            found += Ask(content[..length]) ? 1 : 0;

        Assert.That(Ask(content[..0x200]), Is.False, "without its tables");
        Assert.That(found, Is.Positive, "what lies behind the tables is not needed");
    }

    [Test]
    public void A_library_with_changed_bytes_is_no_failure([Values("gnu", "sysv")] string style, [Values] bool is32Bit)
    {
        var content = File.ReadAllBytes(Build(style, is32Bit));
        var random = new Random(23);
        // Headers, hashes, symbols and strings lie in the first page, the dynamic section behind it.
        var places = Enumerable.Range(0, Math.Min(content.Length, 0x600)).Concat(Enumerable.Range(content.Length / 2, 0x200));
        foreach (var at in places)
        {
            var mutated = content.ToArray();
            mutated[at] = (byte)random.Next(256);
            mutated[random.Next(0x600)] = 0xff;
            Assert.That(() => Ask(mutated), Throws.Nothing, $"at {at:x}");
        }
    }

    [Test]
    public void A_bucket_that_leads_back_to_itself_comes_to_an_end()
    {
        var library = Build("sysv", false);
        var content = File.ReadAllBytes(library);
        var section = Command.Run("readelf", "-SW", library).Split('\n').Single(line => line.Contains(" .hash ", StringComparison.Ordinal));
        var start = Convert.ToInt32(section.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(field => field != "HASH").ElementAt(2), 16);
        var (buckets, symbols) = (BitConverter.ToInt32(content, start), BitConverter.ToInt32(content, start + 4));
        for (var symbol = 0; symbol < symbols; symbol++)
            BitConverter.TryWriteBytes(content.AsSpan(start + ((2 + buckets + symbol) * 4)), symbol);
        Temporary.Write("endless.so", content);

        foreach (var name in NotExported)
            Assert.That(Refusal.InTime(() => ElfSymbols.Exports(Temporary.Combine("endless.so"), name)), Is.False, name);
    }

    private bool Ask(byte[] content) => ElfSymbols.Exports(Temporary.Write("broken.so", content), "answer");

    private string Build(string style, bool is32Bit)
    {
        var library = Temporary.Combine("library.so");
        string[] kind = is32Bit ? ["-m32"] : [];
        var (status, _, error) = Command.Try("gcc", [.. kind, "-shared", "-fPIC", "-nostdlib", $"-Wl,--hash-style={style}", "-o", library, Temporary.Write("library.c", Source)]);
        if (status != 0 && is32Bit)
            Assert.Ignore($"this compiler makes no 32-bit libraries: {error}");
        Assert.That(status, Is.Zero, error);
        return library;
    }

    // What is defined, by any version of it. Absolute symbols are the names of the versions themselves.
    private static HashSet<string> Names(string path) =>
        [.. Command.Run("nm", "-D", "--defined-only", path).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')[^2..]).Where(fields => fields[0] != "A").Select(fields => fields[1].Split('@')[0])];
}
