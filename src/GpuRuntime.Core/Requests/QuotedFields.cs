using System.Text;

namespace GpuRuntime.Core.Requests;

/// <summary>A field of a comma-separated record.</summary>
internal sealed record QuotedField(string Text, bool Quoted);

/// <summary>Splits one CSV record (RFC 4180 quotes, as Docker's <c>--gpus</c> takes it) into its fields.</summary>
internal static class QuotedFields
{
    /// <returns><see langword="null"/> when a quote is not closed.</returns>
    public static List<QuotedField>? Split(string text)
    {
        var fields = new List<QuotedField>();
        var rest = text.AsSpan();
        while (true)
        {
            rest = rest.TrimStart();
            if (rest.StartsWith('"'))
            {
                if (Quoted(ref rest) is not { } quoted)
                    return null;
                fields.Add(new QuotedField(quoted, true));
                rest = rest.TrimStart();
                if (rest.IsEmpty)
                    return fields;
                if (rest[0] != ',')
                    return null;
                rest = rest[1..];
            }
            else
            {
                var comma = rest.IndexOf(',');
                if (comma < 0)
                {
                    fields.Add(new QuotedField(rest.ToString(), false));
                    return fields;
                }

                fields.Add(new QuotedField(rest[..comma].ToString(), false));
                rest = rest[(comma + 1)..];
            }
        }
    }

    private static string? Quoted(ref ReadOnlySpan<char> rest)
    {
        var text = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] != '"')
            {
                text.Append(rest[i]);
            }
            else if (i + 1 < rest.Length && rest[i + 1] == '"')
            {
                text.Append('"');
                i++;
            }
            else
            {
                rest = rest[(i + 1)..];
                return text.ToString();
            }
        }

        return null;
    }
}
