using System.Text.RegularExpressions;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Names of GPUs that are none, and would be paths to whoever takes them for such: refused by their form, before any file is touched for them.</summary>
[Category("T19")]
public sealed partial class SelectorRows() : HookFixture(HookVerb.Runtime)
{
    private static readonly string[] Selectors =
    [
        "../../etc", "a/b", "%2e%2e", "%2e%2e%2fetc%2fpasswd", "0\0../../etc", "0\n../../etc", "-1", "0x", "\u0661", "\uff10", "GPU-", "GPU-../../etc", "0000:../../etc:00.0", "MIG-../../etc",
        "nvidia.com/gpu=../../etc", "nvidia.com/../gpu=0", "../nvidia.com/gpu=0", "$(touch made)", "`touch made`", "0;touch made", "99999999999999999999", "--help", "~root",
    ];

    [TestCaseSource(nameof(Selectors))]
    public async Task A_name_that_is_none_is_refused_and_is_in_no_call_on_a_file(string selector) => await AssertRefusedAsync(selector);

    [Test]
    public async Task A_name_of_a_megabyte_is_refused_in_a_short_sentence() =>
        Assert.That(await AssertRefusedAsync(string.Concat(Enumerable.Repeat("../", (1 << 20) / 3))), Has.Length.LessThan(1500));

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_takes_the_name_for_a_path_is_seen()
    {
        const string body = """name=$(sed -n 's/.*"NVIDIA_VISIBLE_DEVICES=\([^"]*\)".*/\1/p' "$bundle/config.json"); cat "/dev/$name" 2>/dev/null; : >"$bundle/new" """;
        var bundle = await CreateBundleAsync(new HookRequest { Devices = "../../etc/passwd" });
        var runtime = Runc("create", "--bundle", bundle.Directory, NewId());

        var (_, calls) = await TracedProgram.RunAsync(runtime with { Program = WeakProgram.Runtime(Machine.Directory, body, "/bin/false") }, "%file", Machine.Directory);

        Assert.That(calls.Where(static call => call.Contains("../../etc/passwd", StringComparison.Ordinal)), Is.Not.Empty);
        Assert.That(calls.Where(static call => Change().IsMatch(call)), Is.Not.Empty);
    }

    private async Task<string> AssertRefusedAsync(string selector)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Devices = selector });
        var config = await File.ReadAllTextAsync(bundle.ConfigPath);

        var (result, calls) = await TracedProgram.RunAsync(Runtime("create", "--bundle", bundle.Directory, NewId()), "%file", Machine.Directory);

        var sentence = HookSentence.Of(result);
        Assert.That(sentence, Does.Match("GRT(2001|2002|5004|5006)"));
        var distinct = selector.Split('\0', '\n')[^1];
        Assert.That(calls.Where(call => distinct.Length > 3 && call.Contains(distinct, StringComparison.Ordinal)), Is.Empty, "it was used in a path");
        Assert.That(calls.Where(static call => Change().IsMatch(call)), Is.Empty, "something was written before it was refused");
        Assert.That(await File.ReadAllTextAsync(bundle.ConfigPath), Is.EqualTo(config));
        return sentence;
    }

    [GeneratedRegex(@"O_CREAT|O_WRONLY|O_RDWR|^(mkdir|mknod|symlink|rename|unlink|link|chmod|chown|mount|truncate)", RegexOptions.CultureInvariant)]
    private static partial Regex Change();
}
