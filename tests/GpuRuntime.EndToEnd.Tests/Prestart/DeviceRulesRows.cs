using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>
/// The device rules that runc makes of a specification, asked one by one from inside, without the hook and with it: the answers differ for the
/// granted nodes alone.
/// </summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class DeviceRulesRows(EngineKind kind) : BundleFixture(kind)
{
    private const string Deny = """{"allow":false,"access":"rwm"}""";

    [TestCase(Deny)]
    [TestCase("""{"allow":true,"access":"rwm"}""")]
    [TestCase(Deny, """{"allow":true,"type":"c","major":10,"minor":229,"access":"rwm"}""")]
    [TestCase(Deny, """{"allow":true,"type":"c","major":195,"access":"r"}""")]
    [TestCase(Deny, """{"allow":true,"type":"c","major":195,"minor":255,"access":"rw"}""")]
    [TestCase(Deny, """{"allow":true,"type":"b","major":195,"access":"rw"}""", """{"allow":true,"type":"c","major":10,"access":"m"}""")]
    [TestCase("""{"allow":true,"access":"rwm"}""", """{"allow":false,"type":"c","major":10,"minor":229,"access":"rwm"}""")]
    [TestCase("""{"allow":true,"access":"rwm"}""", """{"allow":false,"type":"c","major":195,"minor":255,"access":"w"}""")]
    public async Task Everything_but_the_granted_nodes_is_answered_as_before(params string[] rules)
    {
        var granted = Host.Gpus[0].Minor;
        var before = await AnswersAsync(rules, null);
        if (before.Count == 0)
            Assert.Ignore("this runc does not start a container with these rules");
        var after = await AnswersAsync(rules, "0");

        Assert.That(after.Keys, Is.EquivalentTo(before.Keys));
        Assert.Multiple(() =>
        {
            foreach (var (question, answer) in before)
            {
                var isGranted = question.StartsWith($"c 195 {granted} ", StringComparison.Ordinal) || question.StartsWith("c 195 255 ", StringComparison.Ordinal);
                var expected = isGranted && !question.EndsWith(" m", StringComparison.Ordinal) ? "allowed" : answer;
                Assert.That(after[question], Is.EqualTo(expected), question);
            }
        });
        Assert.That(before.Values.Distinct().Count(), Is.EqualTo(2).Or.EqualTo(rules.Length > 1 || rules[0] == Deny ? 2 : 1), "the rules decide nothing");
    }

    // Nodes of no driver: an open that is allowed fails with another word than one that is denied.
    private async Task<SortedDictionary<string, string>> AnswersAsync(string[] rules, string? devices)
    {
        int[] minors = [.. Host.Gpus.Select(static gpu => gpu.Minor), 254, 255];
        var questions = string.Join(' ', minors.SelectMany(static minor => (string[])[$"c:195:{minor}", $"b:195:{minor}", $"c:10:{minor}"]).Append("c:10:229").Append("c:1:3").Append("c:194:0"));
        var script = $$"""
            for question in {{questions}}; do
                type=${question%%:*}; rest=${question#*:}; major=${rest%:*}; minor=${rest#*:}
                answer() { case $2 in *"not permitted"*) word=denied ;; *) word=allowed ;; esac; echo "$type $major $minor $1=$word"; }
                answer m "$(mknod /node $type $major $minor 2>&1)"
                [ -e /node ] || continue
                answer r "$( (: </node) 2>&1)"
                answer w "$( (: >>/node) 2>&1)"
                answer rw "$( (: <>/node) 2>&1)"
                rm /node
            done
            """;
        var id = NewId();
        var options = BundleEngine.DefaultOptions with
        {
            Edit = spec => spec["linux"]!["resources"]!["devices"] = new JsonArray([.. rules.Select(static rule => JsonNode.Parse(rule))]),
            Hooks = devices is null ? null : BundleOptions.Prestart(Programs.GpuRuntimeHook, Host.ConfigPath),
        };
        var bundle = await CreateBundleAsync(id, devices, options, "sh", "-c", script);
        var result = await Runc("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).RunAsync();
        return devices is null && result.ExitCode != 0
            ? []
            : new(result.EnsureSuccess().Lines.Select(static line => line.Split('=')).ToDictionary(static parts => parts[0], static parts => parts[1]), StringComparer.Ordinal);
    }
}
