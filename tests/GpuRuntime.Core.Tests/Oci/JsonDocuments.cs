using FsCheck;
using FsCheck.Fluent;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Generators of JSON texts with any layout; no object repeats a key.</summary>
internal static class JsonDocuments
{
    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-0", "1", "-12", "3.25", "1e9", "1E-2", "-0.5e+10", "9223372036854775807", "123456789012345678901234567890",
        "\"\"", "\"text\"", "\"\\u0041\\n\\\"\\\\\\/\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"日本\"", "\"a,b:{}[]\"", "{}", "[]", "[ ]", "{ }",
    ];

    private static readonly string[] Spaces = ["", "", "", " ", "\n", "\r\n\t", "    "];

    private static readonly string[] Keys = ["a", "b", "key with space", "\\u0063", "é", "", "linux2", "x\\\"y", "d\\/e"];

    public static Gen<string> Space => Gen.Elements(Spaces);

    /// <summary>A value of any kind, with white space around it.</summary>
    public static Gen<string> Value => Gen.Sized(size => ValueOf(Math.Min(size, 12)));

    private static Gen<string> ValueOf(int size)
    {
        var scalar = Gen.Elements(Scalars);
        var inner = size <= 0 ? scalar : Gen.Frequency((3, scalar), (1, ArrayOf(ValueOf(size / 2))), (1, ObjectOf(ValueOf(size / 2))));
        return from before in Space
               from value in inner
               from after in Space
               select before + value + after;
    }

    private static Gen<string> ArrayOf(Gen<string> items) => items.ListOf().Select(list => $"[{string.Join(',', list.Take(4))}]");

    private static Gen<string> ObjectOf(Gen<string> values) =>
        from keys in Gen.Shuffle(Keys)
        from list in values.ListOf()
        from space in Space
        select $"{{{string.Join(',', list.Take(4).Select((value, index) => $"{space}\"{keys[index]}\"{space}:{value}"))}}}";
}
