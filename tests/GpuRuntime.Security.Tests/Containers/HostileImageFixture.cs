using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>Images that want something of the machine, run by runc: nothing outside changes; the create fails with a sentence, or the file lands inside.</summary>
public abstract class HostileImageFixture(HookVerb verb = HookVerb.Prestart) : HookFixture(verb)
{
    /// <summary>The loader's configuration as one that includes itself, and a hundred thousand others.</summary>
    private protected const string Includes = "{ echo 'include /etc/ld.so.conf'; seq -f 'include /etc/ld.so.conf.d/%g.conf' 100000; } >PATH";

    private protected const string Upwards = "../../../../../../../../..";

    // A directory on the machine that looks like a root filesystem itself.
    private protected const string Decoyed = "DECOY";

    private protected static readonly ImmutableArray<string> Targets = ["/", Upwards, "/proc/self/root", "/proc/1/root", Decoyed, Upwards + Decoyed, "/nowhere/at/all"];

    /// <summary>One of each kind.</summary>
    private protected static readonly ImmutableArray<string> FewTargets = ["/", "/proc/1/root", Upwards + Decoyed, "/nowhere/at/all"];

    /// <param name="place">Below the root; LIBRARY is the driver's libcuda.</param>
    /// <param name="targets">What links say.</param>
    private protected async Task AssertNoLinkLeadsOutAsync(string place, ImmutableArray<string> targets)
    {
        foreach (var target in targets)
        {
            var decoy = NewDecoy();
            var before = decoy.Outside();
            var bundle = await CreateBundleAsync(new HookRequest());
            await ReplaceAsync(bundle, place, path => File.CreateSymbolicLink(path, target.Replace(Decoyed, decoy.FullPath, StringComparison.Ordinal)));

            var result = await RunAsync(bundle);

            Assert.That(decoy.Outside(), Is.EqualTo(before), target);
            AssertStartedOrSaysWhy(result);
        }
    }

    private protected async Task AssertNoChainLeadsOutAsync(string place)
    {
        var decoy = NewDecoy();
        var before = decoy.Outside();
        var bundle = await CreateBundleAsync(new HookRequest());
        File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/first"), "../../../../proc/self/../../../../" + decoy.FullPath);
        File.CreateSymbolicLink(Path.Combine(bundle.Directory, "rootfs/second"), "/first");
        await ReplaceAsync(bundle, place, static path => File.CreateSymbolicLink(path, "/second/./../second"));

        var result = await RunAsync(bundle);

        Assert.That(decoy.Outside(), Is.EqualTo(before));
        AssertStartedOrSaysWhy(result);
    }

    /// <param name="make">A shell command that makes PATH.</param>
    private protected async Task AssertOddFileHangsNothingAsync(string place, string make)
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        await ReplaceAsync(bundle, place, path => Command.Of("sh", "-c", make.Replace("PATH", path, StringComparison.Ordinal)).RunAsync().GetAwaiter().GetResult().EnsureSuccess());

        AssertStartedOrSaysWhy(await RunAsync(bundle));
    }

    /// <summary>What a link of the image's says is not changed through it: the link itself is replaced.</summary>
    /// <returns>What the link says then; <see langword="null"/> where a file took its place.</returns>
    private protected async Task<string?> AssertLinkIsReplacedAsync(string place)
    {
        var bundle = await CreateBundleAsync(new HookRequest());
        var elsewhere = Path.Combine(bundle.Directory, "rootfs/elsewhere");
        await File.WriteAllTextAsync(elsewhere, "the image's own\n");
        await ReplaceAsync(bundle, place, static path => File.CreateSymbolicLink(path, "/elsewhere"));

        var result = await RunAsync(bundle);

        AssertStartedOrSaysWhy(result);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(await File.ReadAllTextAsync(elsewhere), Is.EqualTo("the image's own\n"));
        return new FileInfo(Path.Combine(bundle.Directory, "rootfs", place)).LinkTarget;
    }

    private protected async Task ReplaceAsync(Bundle bundle, string place, Action<string> make)
    {
        var path = Path.Combine(bundle.Directory, "rootfs", place == "LIBRARY" ? LibraryOfCuda : place);
        (await Command.Of("rm", "-rf", path).RunAsync()).EnsureSuccess();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        make(path);
    }

    private protected static void AssertStartedOrSaysWhy(CommandResult result)
    {
        if (result.ExitCode == 0)
            Assert.That(result.Output, Does.Contain("/nothing: ENOENT"));
        else if (result.Error.Contains("running hook", StringComparison.Ordinal) || result.Error.Contains("gpu-runtime: GRT", StringComparison.Ordinal))
            Assert.That(HookSentence.In(result), Does.Match("GRT40(01|02|05)"));
        else
            Assert.That(result.Error, Does.Contain("level=error msg=\"runc run failed"));
    }
}
