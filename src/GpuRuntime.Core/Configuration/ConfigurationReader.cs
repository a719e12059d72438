using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Configuration;

/// <summary>A configuration and where each of its values came from.</summary>
/// <param name="Origins">Key to <c>path:line</c>; keys that are absent have their default.</param>
public sealed record EffectiveConfiguration(RuntimeConfiguration Values, ImmutableDictionary<string, string> Origins)
{
    public static readonly EffectiveConfiguration Default = new(RuntimeConfiguration.Default, ImmutableDictionary<string, string>.Empty);
}

/// <summary>Reads config.json (JSON with comments and trailing commas) and reports all of its problems in one message.</summary>
public ref struct ConfigurationReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly string _path;
    private readonly List<string> _problems = [];
    private readonly ImmutableDictionary<string, string>.Builder _origins = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
    private RuntimeConfiguration _values = RuntimeConfiguration.Default;
    private Utf8JsonReader _json;

    private ConfigurationReader(ReadOnlySpan<byte> text, string path)
    {
        _text = text;
        _path = path;
        _json = new Utf8JsonReader(text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
    }

    /// <param name="path">The file's name, for messages and origins.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ConfigurationInvalid"/>, naming every problem with its line.</exception>
    public static EffectiveConfiguration Read(ReadOnlySpan<byte> text, string path)
    {
        if (text.StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        var reader = new ConfigurationReader(text, path);
        try
        {
            reader._json.Read();
            if (reader._json.TokenType == JsonTokenType.StartObject)
                reader.ReadObject("");
            else
                reader.Problem("the file must hold one JSON object");
            while (reader._json.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            reader._problems.Add($"line {exception.LineNumber + 1}: not valid JSON");
        }
        catch (InvalidOperationException)
        {
            // What the JSON reader throws for text that is not UTF-8, or for half a surrogate pair.
            reader.Problem("a string is not valid Unicode");
        }

        return reader._problems.Count == 0
            ? new EffectiveConfiguration(reader._values, reader._origins.ToImmutable())
            : throw new GpuRuntimeException(
                ErrorCode.ConfigurationInvalid,
                $"The configuration file {path} has {(reader._problems.Count == 1 ? "a problem" : $"{reader._problems.Count} problems")}: {string.Join("; ", reader._problems)}.");
    }

    private void ReadObject(string prefix)
    {
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var name = prefix + _json.GetString();
            var line = Line();
            _json.Read();
            if (Find(name) is { } key)
                ReadValue(key, line);
            else if (_json.TokenType == JsonTokenType.StartObject && IsGroup(name))
                ReadObject(name + ".");
            else
                ReadUnknown(name, line);
        }
    }

    private void ReadUnknown(string name, int line)
    {
        var what = IsGroup(name) ? $"{name} must be an object" : $"unknown key {PrintableText.Quote(name)}{Suggestion(name)}";
        _problems.Add($"line {line}: {what}");
        _json.Skip();
    }

    private void ReadValue(ConfigurationKey key, int line)
    {
        if (!_origins.TryAdd(key.Name, string.Create(CultureInfo.InvariantCulture, $"{_path}:{line}")))
            _problems.Add($"line {line}: {key.Name} is given twice");
        if (Value(key) is { } value)
            _values = key.Set(_values, value);
        else
            _problems.Add($"line {line}: {key.Name} must be {Wanted(key)}");
    }

    private object? Value(ConfigurationKey key)
    {
        if (key.Type is ConfigurationType.TextList or ConfigurationType.PathList)
            return List(key.Type == ConfigurationType.PathList);
        if (key.Type == ConfigurationType.Boolean && _json.TokenType is JsonTokenType.True or JsonTokenType.False)
            return _json.GetBoolean();
        if (key.Type == ConfigurationType.Number && _json.TokenType == JsonTokenType.Number)
            return _json.TryGetInt32(out var number) && number >= 0 && number <= key.Largest ? number : null;
        if (key.Type is ConfigurationType.Boolean or ConfigurationType.Number || _json.TokenType != JsonTokenType.String)
        {
            _json.Skip();
            return null;
        }

        var text = _json.GetString()!;
        return key.Type switch
        {
            ConfigurationType.AbsolutePath => IsPath(text) ? text : null,
            ConfigurationType.OptionalPath => text.Length == 0 || IsPath(text) ? text : null,
            ConfigurationType.OptionalSize => text.Length == 0 ? 0L : ByteSize.Parse(text).Bytes,
            ConfigurationType.Word => key.Words.IndexOf(text) is var word and >= 0 ? word : null,
            _ => text,
        };
    }

    private object? List(bool paths)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            _json.Skip();
            return null;
        }

        var items = ImmutableArray.CreateBuilder<string>();
        var valid = true;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType == JsonTokenType.String && _json.GetString() is { Length: > 0 } item && !item.Contains('\0', StringComparison.Ordinal) && (!paths || IsPath(item)))
            {
                items.Add(item);
            }
            else
            {
                valid = false;
                _json.Skip();
            }
        }

        return valid ? items.ToImmutable() : null;
    }

    private static bool IsPath(string text) => text.StartsWith('/') && !text.Contains('\0', StringComparison.Ordinal);

    private static string Wanted(ConfigurationKey key) => key.Type switch
    {
        ConfigurationType.AbsolutePath => "an absolute path in quotes",
        ConfigurationType.OptionalPath => "an absolute path in quotes, or empty",
        ConfigurationType.Boolean => "true or false",
        ConfigurationType.TextList => "a list of texts in quotes",
        ConfigurationType.PathList => "a list of absolute paths in quotes",
        ConfigurationType.Number => $"a whole number from 0 to {key.Largest}",
        ConfigurationType.OptionalSize => "an amount of memory in quotes such as \"16GiB\", or empty",
        ConfigurationType.Word => $"one of {string.Join(", ", key.Words)}",
        _ => "text in quotes",
    };

    private static ConfigurationKey? Find(string name) => ConfigurationKey.All.FirstOrDefault(key => key.Name == name);

    private static bool IsGroup(string name) => ConfigurationKey.All.Any(key => key.Name.StartsWith(name + ".", StringComparison.Ordinal));

    private static string Suggestion(string name) =>
        ConfigurationKey.All.FirstOrDefault(key => key.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key
            ? $" (did you mean {key.Name}?)"
            : "";

    private void Problem(string problem) => _problems.Add($"line {Line()}: {problem}");

    private readonly int Line() => _text[..(int)_json.TokenStartIndex].Count((byte)'\n') + 1;
}
