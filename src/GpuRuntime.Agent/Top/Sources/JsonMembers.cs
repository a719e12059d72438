using System.Collections.Immutable;
using System.Text.Json;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>Members of an answer's objects: <see langword="null"/> or empty where a member is not there, <see cref="FormatException"/> where it is of another kind.</summary>
internal static class JsonMembers
{
    public static JsonElement? Member(this JsonElement parent, string name) =>
        parent.ValueKind != JsonValueKind.Object ? throw new FormatException($"what holds {name} is no object")
        : parent.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member
        : null;

    public static string? Text(this JsonElement parent, string name) => parent.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Unexpected(name),
    };

    public static double? Number(this JsonElement parent, string name) => parent.Member(name) is { } member ? member.AsNumber() ?? throw Unexpected(name) : null;

    /// <returns><see langword="null"/> for what is no number of ours: 1e999 is one of JSON's.</returns>
    public static double? AsNumber(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;

    public static long? Whole(this JsonElement parent, string name) => parent.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value,
        _ => throw Unexpected(name),
    };

    public static int? Small(this JsonElement parent, string name) =>
        parent.Whole(name) is not { } value ? null : value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Unexpected(name);

    public static bool? Truth(this JsonElement parent, string name) => parent.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Unexpected(name),
    };

    public static DateTimeOffset? Time(this JsonElement parent, string name) => parent.Member(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var time) => time,
        _ => throw Unexpected(name),
    };

    public static ImmutableArray<T> List<T>(this JsonElement parent, string name, Func<JsonElement, T> read)
    {
        if (parent.Member(name) is not { } list)
            return [];
        return list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(read)] : throw Unexpected(name);
    }

    public static ImmutableArray<string> Texts(this JsonElement parent, string name) => parent.List(name, item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Unexpected(name));

    /// <summary>A value that has to be there.</summary>
    public static T Required<T>(this T? value, string name)
        where T : struct => value ?? throw Missing(name);

    public static string Required(this string? value, string name) => value ?? throw Missing(name);

    private static FormatException Unexpected(string name) => new($"{name} is not what it should be");

    private static FormatException Missing(string name) => new($"{name} is missing");
}
