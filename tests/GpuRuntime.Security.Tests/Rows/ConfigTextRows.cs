using System.Text;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// What stands in config.json, for each of our programs that reads it: text that parsers understand differently is refused, text that is meant to hurt
/// ends in a sentence, and what we do not know survives.
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Cdi)]
[TestFixture(HookVerb.Runtime)]
[Category("T17")]
public sealed class ConfigTextRows(HookVerb verb) : FakeContainerFixture(verb)
{
    private const string Invalid = "GRT1304";
    private const string TooLarge = "GRT1303";

    // The first is the process's.
    private const string Environment = "\"env\": [";

    // Text, not a number: 1.50 and 15e-1 are the same number, and neither may become the other.
    private const string Unknown = """{"deep":[1.50,15e-1,123456789012345678901234567890,"\u00e9\/"]}""";

    [TestCase("duplicate keys", Invalid)]
    [TestCase("duplicate keys, one of them escaped", Invalid)]
    [TestCase("duplicate keys in a part that is not ours", Invalid)]
    [TestCase("NaN", Invalid)]
    [TestCase("a comment", Invalid)]
    [TestCase("trailing bytes", Invalid)]
    [TestCase("a second document", Invalid)]
    [TestCase("a trailing NUL", Invalid)]
    [TestCase("a byte order mark", Invalid)]
    [TestCase("UTF-16", Invalid)]
    [TestCase("invalid UTF-8", Invalid)]
    [TestCase("a surrogate in UTF-8", Invalid)]
    [TestCase("half a surrogate pair in a key", Invalid)]
    [TestCase("10000 levels", Invalid)]
    [TestCase("half of it", Invalid)]
    [TestCase("200 MB", TooLarge)]
    public async Task A_text_that_is_none_of_a_container_ends_in_a_sentence_and_changes_nothing(string damage, string code)
    {
        await using var trial = await TryAsync(damage);

        Assert.That(HookSentence.Of(trial.Result), Does.Contain(code));
        Assert.That(trial.HasChanged, Is.False);
    }

    [TestCase("a million variables")]
    [TestCase("half a surrogate pair in a value")]
    [TestCase("members that nobody knows")]
    public async Task A_text_that_is_only_unusual_is_taken_and_everything_of_it_survives(string damage)
    {
        await using var trial = await TryAsync(damage);

        Assert.That(trial.Result.ExitCode, Is.Zero, trial.Result.Error);
        Assert.That(trial.HasChanged, Is.EqualTo(Verb == HookVerb.Runtime));
        Assert.That(trial.After, Does.Contain(damage switch
        {
            "a million variables" => "\"V999999=\"",
            "half a surrogate pair in a value" => "\"\\ud800\"",
            _ => Unknown,
        }));
    }

    [TestCase("duplicate keys")]
    [TestCase("NaN")]
    [Category("Control")]
    public async Task A_runtime_with_another_parser_starts_what_nobody_agrees_on(string damage)
    {
        const string body = """python3 -c 'import json, sys; path = sys.argv[1]; spec = json.load(open(path)); json.dump(spec, open(path, "w"))' "$bundle/config.json" """;
        await using var trial = await TryAsync(damage, WeakProgram.Runtime(Machine.Directory, body, "/bin/true"));

        Assert.That(trial.Result.ExitCode, Is.Zero, trial.Result.ToString());
        Assert.That(trial.HasChanged);
    }

    private async Task<Trial> TryAsync(string damage, string? runtime = null)
    {
        var bundle = await CreateBundleAsync(new HookRequest { Devices = "0", Capabilities = "utility" });
        // A runtime would have read it before it calls a hook; as a hook does it when it has been changed since.
        var container = Verb == HookVerb.Runtime || runtime is not null ? null : await StartContainerAsync(bundle);
        var text = Damaged((await File.ReadAllTextAsync(bundle.ConfigPath)).TrimEnd(), damage);
        await File.WriteAllBytesAsync(bundle.ConfigPath, text);
        if (damage == "200 MB")
            (await Command.Of("truncate", "--size", "200M", bundle.ConfigPath).RunAsync()).EnsureSuccess();
        var before = new FileInfo(bundle.ConfigPath).Length;
        var standIn = StandInConfiguration();
        var command = container is not null
            ? HookFor(container.StatePath)
            : (Runtime("create", "--bundle", bundle.Directory, NewId()) with { Program = runtime ?? Shim }).WithEnvironment("GPU_RUNTIME_CONFIG", standIn);
        var result = await command.RunAsync();
        return new Trial(result, damage == "200 MB" ? "" : await File.ReadAllTextAsync(bundle.ConfigPath), new FileInfo(bundle.ConfigPath).Length != before, container);
    }

    private static byte[] Damaged(string text, string damage)
    {
        var open = text[..^1];
        return damage switch
        {
            "duplicate keys" => Encoding.UTF8.GetBytes(text.Replace(Environment, $"{Environment}\"NVIDIA_VISIBLE_DEVICES=void\"], {Environment}", StringComparison.Ordinal)),
            "duplicate keys, one of them escaped" => Encoding.UTF8.GetBytes($"{open},\"p\\u0072ocess\":{{}}}}"),
            "duplicate keys in a part that is not ours" => Encoding.UTF8.GetBytes($"{open},\"x\":{{\"y\":1,\"y\":2}}}}"),
            "NaN" => Encoding.UTF8.GetBytes($"{open},\"x\":NaN}}"),
            "a comment" => Encoding.UTF8.GetBytes($"{open}/* x */}}"),
            "trailing bytes" => Encoding.UTF8.GetBytes($"{text}x"),
            "a second document" => Encoding.UTF8.GetBytes(text + text),
            "a trailing NUL" => Encoding.UTF8.GetBytes($"{text}\0"),
            "a byte order mark" => Encoding.UTF8.GetBytes($"\ufeff{text}"),
            "UTF-16" => Encoding.Unicode.GetBytes(text),
            "invalid UTF-8" => [.. Encoding.UTF8.GetBytes($"{open},\"x\":\""), 0xc3, 0x28, .. "\"}"u8],
            "a surrogate in UTF-8" => [.. Encoding.UTF8.GetBytes($"{open},\"x\":\""), 0xed, 0xa0, 0x80, .. "\"}"u8],
            "half a surrogate pair in a key" => Encoding.UTF8.GetBytes($"{open},\"\\ud800\":1}}"),
            "half a surrogate pair in a value" => Encoding.UTF8.GetBytes($"{open},\"x\":\"\\ud800\"}}"),
            "10000 levels" => Encoding.UTF8.GetBytes($"{open},\"x\":{new string('[', 10_000)}{new string(']', 10_000)}}}"),
            "half of it" => Encoding.UTF8.GetBytes(text[..(text.Length / 2)]),
            "a million variables" => Encoding.UTF8.GetBytes(text.Insert(text.IndexOf(Environment, StringComparison.Ordinal) + Environment.Length, string.Concat(Enumerable.Range(0, 1_000_000).Select(static number => $"\"V{number}=\",")))),
            "members that nobody knows" => Encoding.UTF8.GetBytes($"{open},\"x\":{Unknown}}}"),
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    private sealed record Trial(CommandResult Result, string After, bool HasChanged, FakeContainer? Container) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Container?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
