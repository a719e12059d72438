using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>
/// A TOML file with settings of ours: a key whose table is there already goes into that table, since TOML forbids a second header of it;
/// all others go into a marked block at the end.
/// </summary>
/// <param name="settings">What the engine needs, from the file without our block and the options.</param>
internal sealed class TomlFormat(string name, Func<TomlDocument, EngineOptions, ImmutableArray<TomlSetting>> settings) : IEngineFormat
{
    public byte[] Apply(byte[]? content, EngineOptions options)
    {
        var (mark, text) = EngineText.Decode(content, name);
        var (outside, inside) = MarkedBlock.Split(text, name);
        var document = TomlDocument.Parse(outside, name);
        var wanted = settings(document, options.With(Earlier(document, inside, options)));
        RefuseOthers(name, document, wanted);
        var edit = new TomlEdit(document);
        var block = new List<TomlSetting>();
        foreach (var setting in wanted)
        {
            if (!edit.TrySet(setting))
                block.Add(setting);
        }

        RefuseInlineTables(document, block);
        var rendered = MarkedBlock.Render(block, EngineText.NewLine(text));
        if (!edit.IsNeeded && rendered == (inside ?? ""))
            return content ?? [];
        var result = MarkedBlock.Append(edit.Result(), rendered);
        TomlDocument.Parse(result, name, $"would not be valid TOML with the runtime {EngineOptions.RuntimeName} in it (write dotted keys as tables with headers)");
        return EngineText.Encode(mark + result);
    }

    public byte[] Strip(byte[] content, byte[]? original)
    {
        var (mark, text) = EngineText.Decode(content, name);
        var (outside, inside) = MarkedBlock.Split(text, name);
        var document = TomlDocument.Parse(outside, name);
        var before = original is null ? null : TomlDocument.Parse(EngineText.Decode(original, EngineFile.BackupOf(name)).Text, EngineFile.BackupOf(name));
        var edit = new TomlEdit(document);
        var all = settings(before ?? document, new EngineOptions("", IsDefault: true, Cdi: true));
        var isRegistered = inside is not null || all.Any(setting => IsOurKey(setting, document));
        foreach (var setting in all)
        {
            // Without the original nobody knows who wrote a value that does not name us.
            if (document.Find(setting.Path) is { } entry && IsOurs(setting, entry, document) && (before is not null || IsOurKey(setting, document) || (isRegistered && setting.IsDefault)))
                edit.Restore(entry, before?.Find(setting.Path) is { } value ? before.Text[value.ValueStart..value.ValueEnd] : null);
        }

        return inside is null && !edit.IsNeeded ? content : EngineText.Encode(mark + edit.Result());
    }

    public string? RegisteredProgram(byte[] content)
    {
        var (outside, inside) = MarkedBlock.Split(EngineText.Decode(content, name).Text, name);
        if (inside is null)
            return null;
        var block = TomlDocument.Parse(inside, name);
        return settings(TomlDocument.Parse(outside, name), new EngineOptions(""))
            .Where(setting => setting.IsProgram).Select(setting => Program(block.Find(setting.Path))).OfType<string>().FirstOrDefault();
    }

    // What an earlier call was told: its block says so.
    private EngineOptions Earlier(TomlDocument document, string? inside, EngineOptions options)
    {
        if (inside is null)
            return options;
        var block = TomlDocument.Parse(inside, name);
        var all = settings(document, options with { IsDefault = true, Cdi = true });
        return options with
        {
            IsDefault = all.Any(setting => setting.IsDefault && block.Find(setting.Path) is not null),
            Cdi = all.Any(setting => setting.IsCdi && block.Find(setting.Path) is not null),
        };
    }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationTaken"/>: our name is somebody else's there.</exception>
    public static void RefuseOthers(string name, TomlDocument document, ImmutableArray<TomlSetting> wanted)
    {
        foreach (var setting in wanted.Where(setting => setting.IsProgram))
        {
            var entry = document.Find(setting.Path);
            if (IsTaken(document, setting, entry) && !EngineOptions.IsOurs(Program(entry)))
                throw EngineOptions.Taken(name, Program(entry));
        }
    }

    // The table is named after us, or the key itself is.
    private static bool IsTaken(TomlDocument document, TomlSetting setting, TomlEntry? entry) =>
        setting.Table.IndexOf(EngineOptions.RuntimeName) is var at and >= 0 ? document.NamesBelow(setting.Table[..(at + 1)]).Count > 0 : entry is not null;

    // The parser lets pass what containerd does not: a header below a value.
    private void RefuseInlineTables(TomlDocument document, List<TomlSetting> block)
    {
        foreach (var setting in block)
        {
            for (var length = 1; length <= setting.Table.Length; length++)
            {
                if (document.Find(setting.Table.AsSpan()[..length]) is not null)
                {
                    throw new GpuRuntimeException(
                        ErrorCode.EngineConfigurationInvalid,
                        $"{name}: {string.Join('.', setting.Table[..length])} is a value or an inline table, which cannot be extended; write it as a table with a header. The file stays as it is.");
                }
            }
        }
    }

    private static bool IsOurs(TomlSetting setting, TomlEntry entry, TomlDocument document) =>
        setting.IsProgram ? EngineOptions.IsOurs(Program(entry)) : entry.Canonical(document.Text) == setting.Value;

    // A key that is our name, rather than one of a table that is: the same on every host, so that no block has to mark it.
    private static bool IsOurKey(TomlSetting setting, TomlDocument document) =>
        setting is { IsProgram: true, Key: EngineOptions.RuntimeName } && EngineOptions.IsOurs(Program(document.Find(setting.Path)));

    private static string? Program(TomlEntry? entry) => entry?.Text ?? entry?.Texts.FirstOrDefault();
}
