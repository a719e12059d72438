using System.Text;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Containers that ask for no GPU: runc gets the very bytes that the engine wrote.</summary>
public sealed class UntouchedBundleRows : BundleFixture
{
    [TestCase(null)]
    [TestCase("")]
    [TestCase("void")]
    [TestCase(" , ")]
    [TestCase("void,0")]
    [TestCase("0,void")]
    public async Task The_config_stays_as_it_was_and_the_container_runs(string? devices)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, devices, command: ["sh", "-c", "ls /dev | grep nvidia; echo ran"]);
        WriteInAnUnusualWay(bundle);
        var before = BundleSnapshot.Of(bundle);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(result.EnsureSuccess().Output.Trim(), Is.EqualTo("ran"));
            Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
        });
    }

    [Test]
    public async Task Other_vendors_words_for_nothing_change_nothing_either()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "void", BundleEngine.DefaultOptions with { Env = ["AMD_VISIBLE_DEVICES=void", "INTEL_VISIBLE_DEVICES="] }, "true");
        var before = BundleSnapshot.Of(bundle);

        (await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        Assert.That(BundleSnapshot.Of(bundle), Is.EqualTo(before));
    }

    [Test]
    public async Task The_containers_root_stays_as_it_was_too()
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, "void", command: ["true"]);
        var etc = Path.Combine(bundle.Directory, "rootfs", "etc");
        var before = Directory.GetFileSystemEntries(etc, "*", SearchOption.AllDirectories);

        (await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();

        Assert.That(Directory.GetFileSystemEntries(etc, "*", SearchOption.AllDirectories), Is.EquivalentTo(before));
    }

    // Byte for byte: escapes, spacing and number forms that a rewrite would lose.
    private static void WriteInAnUnusualWay(Bundle bundle)
    {
        var text = File.ReadAllText(bundle.ConfigPath);
        var unusual = text.Replace("\"hostname\": \"runc\"", "\"hostname\" :\t\"r\\u0075nc\",\r\n   \"x-weight\": 1.50e+1", StringComparison.Ordinal) + "\n\n \t";
        Assert.That(unusual, Does.Contain("x-weight"));
        File.WriteAllText(bundle.ConfigPath, unusual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
