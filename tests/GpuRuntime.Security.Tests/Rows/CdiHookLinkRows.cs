using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Links in /dev/dri/by-path, of which each vendor's hook mounts its own and keeps what is there: whatever is there.</summary>
[Category("T1")]
public sealed class CdiHookLinkRows : ThreeVendorHookFixture
{
    // DIR is /dev/dri of the image or of a volume, by-path not in it; DECOY looks like a root filesystem of the machine.
    private static readonly (string Name, string Script)[] Contents =
    [
        ("nothing", ":"),
        ("links of no GPU", "mkdir DIR/by-path; ln -s ../card9 DIR/by-path/pci-0000:ff:00.0-card"),
        ("our names for other things", "mkdir DIR/by-path; ln -s DECOY/etc DIR/by-path/pci-0000:27:00.0-card; mkdir DIR/by-path/pci-0000:83:00.0-card; mkfifo DIR/by-path/pci-0000:63:00.0-card"),
        ("a link out", "ln -s DECOY/dev/dri DIR/by-path"),
        ("a link upwards", "ln -s ../../../../../../../../../..DECOY/dev/dri DIR/by-path"),
        ("a link to the root", "ln -s / DIR/by-path"),
        ("a link through a process", "ln -s /proc/1/root DIR/by-path"),
        ("a link to itself", "ln -s by-path DIR/by-path"),
        ("a link to nowhere", "ln -s /nowhere/at/all DIR/by-path"),
        ("a FIFO", "mkfifo DIR/by-path"),
        ("a device", "mknod DIR/by-path c 1 5"),
        ("a file", ": >DIR/by-path"),
        ("odd names", """mkdir DIR/by-path; cd DIR/by-path; ln -s ../a "$(printf 'pci-new\nline-card')"; ln -s ../b "$(printf 'pci-no\377utf8-card')"; ln -s "$(printf 'no\376utf8')" pci-target-card; mkdir -- -n pci--render; mkfifo .hidden pci-fifo-card; ln -s x "pci-$(printf '%0246d' 0)-card" """),
        ("long targets that are no text", """mkdir DIR/by-path; cd DIR/by-path; ln -s "$(head -c 4095 /dev/zero | tr '\0' '\377')" pci-long-card"""),
        ("five thousand links", "mkdir DIR/by-path; seq -f ../pci-%g-card 5000 | xargs ln -s -t DIR/by-path"),
        ("five thousand links of nobody's", "mkdir DIR/by-path; seq -f ../%g 5000 | xargs ln -s -t DIR/by-path"),
        ("a hundred thousand names", "mkdir DIR/by-path; cd DIR/by-path; seq 100000 | xargs touch"),
    ];

    // Without the time of the directory itself, in which nodes may be made beside it.
    private const string Listing = """
        [ -d "$1" ] && [ ! -L "$1" ] && exec find "$1" -mindepth 1 -printf '%P %y %m %U:%G %T@ %s %l\n'
        [ -e "$1" ] || [ -L "$1" ] || exit 0
        stat --format '%N %F %a %Y' "$1"
        """;

    // What takes long to make is made once.
    private static IEnumerable<object[]> Cases =>
        from place in (string[])["volume", "image"]
        from content in Contents
        where place == "volume" || !content.Name.StartsWith("a hundred", StringComparison.Ordinal)
        select (object[])[content.Name, place];

    // Another engine's hooks directory may call them again, and CDI names no order.
    [TestCase(1, false)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    [TestCase(2, true)]
    public async Task Links_of_every_vendor_are_there_however_often_and_in_which_order_the_hooks_run(int times, bool backwards)
    {
        var bundle = await CreateBundleAsync(ListingLinks with { Edit = spec => spec["hooks"] = HooksOf(times, backwards) });

        Assert.That((await RunAsync(bundle)).EnsureSuccess().Lines, Is.EquivalentTo(Links));
    }

    [TestCaseSource(nameof(Cases))]
    public async Task What_an_image_or_an_earlier_mount_has_there_changes_nothing_outside_and_keeps_no_link_away(string content, string place)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var volume = Machine.Directory.CreateSubdirectory($"volume-{Guid.NewGuid():N}");
        var bundle = await CreateBundleAsync(ListingLinks with
        {
            Edit = spec =>
            {
                var mounts = spec["mounts"]!.AsArray();
                if (place == "image")
                    mounts.Remove(mounts.Single(static mount => (string?)mount!["destination"] == "/dev"));
                else
                    mounts.Add(new JsonObject { ["destination"] = "/dev/dri", ["type"] = "bind", ["source"] = volume, ["options"] = new JsonArray("rbind") });
            },
        });
        var directory = place == "image" ? Directory.CreateDirectory(Path.Combine(bundle.Directory, "rootfs/dev/dri")).FullName : volume;
        var script = Contents.Single(one => one.Name == content).Script.Replace("DIR", directory, StringComparison.Ordinal).Replace("DECOY", decoy.FullPath, StringComparison.Ordinal);
        (await Command.Of("sh", "-c", $"set -e; {script}").RunAsync()).EnsureSuccess();
        var (mounts, there) = (HostMountTable(), await ListingAsync(Path.Combine(directory, "by-path")));

        var result = await RunAsync(bundle);

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        Assert.That(HostMountTable(), Is.EqualTo(mounts));
        Assert.That(await ListingAsync(Path.Combine(directory, "by-path")), Is.EqualTo(there), "written to, and not mounted upon");
        if (result.ExitCode == 0)
            Assert.That(Links, Is.SubsetOf(result.Lines), result.ToString());
        else
            Assert.That(HookSentence.In(result), Does.Match("GRT40(01|02|05)"));
    }

    private static async Task<string> ListingAsync(string path) => (await Command.Of("sh", "-c", Listing, "sh", path).RunAsync()).EnsureSuccess().Output;

    private JsonObject HooksOf(int times, bool backwards)
    {
        var hooks = Enumerable.Repeat(Specifications, times).SelectMany(static specifications => specifications).Select(static specification => (JsonNode)specification.Hook);
        return new JsonObject { [Stage] = new JsonArray([.. backwards ? hooks.Reverse() : hooks]) };
    }
}
