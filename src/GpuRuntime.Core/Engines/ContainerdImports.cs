using System.IO.Enumeration;
using GpuRuntime.Core.Errors;
using Tomlyn.Syntax;

namespace GpuRuntime.Core.Engines;

/// <summary>The <c>imports</c> of containerd's config.toml: files that are read after it.</summary>
/// <param name="name">Path of config.toml.</param>
/// <param name="dropIn">The file of ours that has to be imported.</param>
internal sealed class ContainerdImports(string name, string dropIn) : IEngineFormat
{
    private const string Key = "imports";

    /// <summary>The patterns, absolute.</summary>
    public static IEnumerable<string> Patterns(TomlDocument document, string name) =>
        document.Find(Key)?.Texts.Select(pattern => pattern.StartsWith('/') ? pattern : name[..(name.LastIndexOf('/') + 1)] + pattern) ?? [];

    /// <summary>Whether a file has the name that a pattern of filepath.Match describes; character classes are not looked into.</summary>
    public static bool Covers(string pattern, string path)
    {
        var (patterns, names) = (pattern.Split('/'), path.Split('/'));
        return patterns.Length == names.Length && patterns.Zip(names, (part, name) => part == name || FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false)).All(matches => matches);
    }

    public byte[] Apply(byte[]? content, EngineOptions options)
    {
        var (mark, text) = EngineText.Decode(content, name);
        var document = TomlDocument.Parse(text, name);
        if (Patterns(document, name).Any(pattern => Covers(pattern, dropIn)))
            return content ?? [];
        var edit = new TomlEdit(document);
        if (document.Find(Key) is not { } entry)
            edit.AddLine(document.Root, $"{Key} = [{EngineText.Quote(dropIn)}]");
        else if (entry.Value is ArraySyntax array)
            edit.Append(array, EngineText.Quote(dropIn));
        else
            throw new GpuRuntimeException(ErrorCode.EngineConfigurationInvalid, $"{name}: {Key} is not an array; the file stays as it is.");
        return EngineText.Encode(mark + edit.Result());
    }

    public byte[] Strip(byte[] content, byte[]? original)
    {
        var (mark, text) = EngineText.Decode(content, name);
        var document = TomlDocument.Parse(text, name);
        if (document.Find(Key) is not { Value: ArraySyntax array } entry || array.Items.FirstOrDefault(item => (item.Value as StringValueSyntax)?.Value == dropIn) is not { } item)
            return content;
        var edit = new TomlEdit(document);
        if (array.Items.ChildrenCount == 1 && (original is null || TomlDocument.Parse(EngineText.Decode(original, name).Text, EngineFile.BackupOf(name)).Find(Key) is null))
            edit.Restore(entry, null);
        else
            edit.Remove(array, item);
        return EngineText.Encode(mark + edit.Result());
    }

    public string? RegisteredProgram(byte[] content) => null;
}
