using System.Text;

namespace GpuRuntime.Core.Engines;

/// <summary>Docker's daemon.json: <c>runtimes.gpu-runtime.path</c>, <c>default-runtime</c>, <c>features.cdi</c>.</summary>
internal sealed class DockerFormat(string name) : IEngineFormat
{
    private const string Runtimes = "runtimes";
    private const string DefaultRuntime = "default-runtime";
    private const string Features = "features";
    private const string Cdi = "cdi";
    private const string PathMember = "path";

    private static readonly string Name = EngineText.Quote(EngineOptions.RuntimeName);

    public byte[] Apply(byte[]? content, EngineOptions options)
    {
        var (mark, text) = EngineText.Decode(content, name);
        // dockerd takes a file of nothing for one without settings.
        var json = EngineText.Encode(string.IsNullOrWhiteSpace(text) ? "{}\n" : text);
        json = Register(json, options.Program);
        if (options.IsDefault && Parse(json).Find(DefaultRuntime)?.AsText() != EngineOptions.RuntimeName)
            json = Parse(json).Set(Name, DefaultRuntime);
        if (options.Cdi && Parse(json).Find(Features, Cdi)?.IsTrue != true)
            json = Parse(json).Set("true", Features, Cdi);
        return [.. EngineText.Encode(mark), .. json];
    }

    public byte[] Strip(byte[] content, byte[]? original)
    {
        var (mark, text) = EngineText.Decode(content, name);
        if (string.IsNullOrWhiteSpace(text) || !EngineOptions.IsOurs(RegisteredProgram(content)))
            return content;
        var json = EngineText.Encode(text);
        var before = Original(original);
        json = Remove(json, before, Runtimes, EngineOptions.RuntimeName);
        if (Parse(json).Find(DefaultRuntime)?.AsText() == EngineOptions.RuntimeName)
            json = Restore(json, before, DefaultRuntime);
        // Without the original nobody knows who switched it on.
        if (before is not null && Parse(json).Find(Features, Cdi)?.IsTrue == true && before.Find(Features, Cdi)?.IsTrue != true)
            json = before.Find(Features, Cdi) is null ? Remove(json, before, Features, Cdi) : Restore(json, before, Features, Cdi);
        return [.. EngineText.Encode(mark), .. json];
    }

    public string? RegisteredProgram(byte[] content)
    {
        var text = EngineText.Decode(content, name).Text;
        return string.IsNullOrWhiteSpace(text) ? null : Parse(EngineText.Encode(text)).Find(Runtimes, EngineOptions.RuntimeName, PathMember)?.AsText();
    }

    private byte[] Register(byte[] json, string program)
    {
        var members = Parse(json);
        if (members.Find(Runtimes, EngineOptions.RuntimeName) is not { } entry)
            return members.Set(EngineText.Quote(program), Runtimes, EngineOptions.RuntimeName, PathMember);
        var registered = entry[PathMember]?.AsText();
        if (!EngineOptions.IsOurs(registered))
            throw EngineOptions.Taken(name, registered);
        // A bare name is searched on dockerd's PATH, as somebody wished.
        return registered == program || !registered!.Contains('/', StringComparison.Ordinal)
            ? json
            : members.Set(EngineText.Quote(program), Runtimes, EngineOptions.RuntimeName, PathMember);
    }

    // The member, and what held it if that is empty now and was made for it.
    private byte[] Remove(byte[] json, JsonMembers? before, string container, string member)
    {
        json = Parse(json).Remove(container, member);
        return Parse(json).Find(container)!.Children().Any() || before?.Find(container)?.IsObject == true ? json : Restore(json, before, container);
    }

    private byte[] Restore(byte[] json, JsonMembers? before, params ReadOnlySpan<string> path) =>
        before?.Find(path) is { } value ? Parse(json).Set(Encoding.UTF8.GetString(value.Raw), path) : Parse(json).Remove(path);

    private JsonMembers? Original(byte[]? original)
    {
        if (original is null)
            return null;
        var text = EngineText.Decode(original, name).Text;
        return JsonMembers.Parse(EngineText.Encode(string.IsNullOrWhiteSpace(text) ? "{}" : text), EngineFile.BackupOf(name));
    }

    private JsonMembers Parse(byte[] json) => JsonMembers.Parse(json, name);
}
