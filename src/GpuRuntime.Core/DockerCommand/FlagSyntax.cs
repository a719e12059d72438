namespace GpuRuntime.Core.DockerCommand;

/// <summary>
/// How an argument is read as a flag by docker's command line (spf13/pflag): <c>--name</c>, <c>--name VALUE</c>, <c>--name=VALUE</c>, and letters
/// that may stand together, of which the last may take a value: <c>-it</c>, <c>-eA=B</c>, <c>-itp 80:80</c>.
/// </summary>
/// <param name="takesValue">By long name; <see langword="null"/> for an unknown flag.</param>
/// <param name="letterTakesValue">By letter.</param>
/// <param name="nameOf">The long name of a letter that somebody asks for.</param>
internal sealed class FlagSyntax(Func<string, bool?> takesValue, Func<char, bool?> letterTakesValue, Func<char, string?> nameOf)
{
    /// <summary>Whether flags go on with this argument: neither a word, nor the <c>--</c> that ends them.</summary>
    public static bool IsFlag(string argument) => argument.Length > 1 && argument[0] == '-' && argument != "--";

    public Flag Read(ReadOnlySpan<string> arguments, int place)
    {
        var argument = arguments[place];
        return argument.StartsWith("--", StringComparison.Ordinal) ? Long(arguments, place, argument[2..]) : Letters(arguments, place, argument);
    }

    private Flag Long(ReadOnlySpan<string> arguments, int place, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            return new Flag(text[..equals], text[(equals + 1)..], place, 1);
        return takesValue(text) switch
        {
            true => WithFollowing(arguments, place, text),
            false => new Flag(text, null, place, 1),
            null => new Flag(text, null, place, 1) { IsUnknown = true },
        };
    }

    private Flag Letters(ReadOnlySpan<string> arguments, int place, string argument)
    {
        for (var i = 1; i < argument.Length; i++)
        {
            if (letterTakesValue(argument[i]) is not { } takes)
                return new Flag(argument, null, place, 1) { IsUnknown = true };
            var rest = argument[(i + 1)..];
            var name = nameOf(argument[i]) ?? argument[i].ToString();
            if (rest.StartsWith('='))
                return new Flag(name, rest[1..], place, 1);
            if (takes)
                return rest.Length > 0 ? new Flag(name, rest, place, 1) : WithFollowing(arguments, place, name);
        }

        return new Flag(argument, null, place, 1);
    }

    // A flag at the end without its value: the refusal is docker's to word.
    private static Flag WithFollowing(ReadOnlySpan<string> arguments, int place, string name) =>
        place + 1 < arguments.Length ? new Flag(name, arguments[place + 1], place, 2) : new Flag(name, null, place, 1);
}
