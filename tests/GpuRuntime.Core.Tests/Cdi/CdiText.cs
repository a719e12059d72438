using System.Collections;
using System.Globalization;
using System.Text;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>A value's public properties, nested and in full, as text: two specifications are the same if these are.</summary>
internal static class CdiText
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value, "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, string indent)
    {
        switch (value)
        {
            case null:
                text.Append("null\n");
                return;
            case string or IFormattable:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture)!.Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
                return;
            case bool flag:
                text.Append(flag).Append('\n');
                return;
            case IEnumerable items:
                text.Append("list\n");
                foreach (var item in items)
                {
                    text.Append(indent).Append("- ");
                    Append(text, item, indent + "  ");
                }

                return;
            default:
                text.Append(value.GetType().Name).Append('\n');
                foreach (var property in value.GetType().GetProperties().Where(property => property.GetMethod is { IsStatic: false } && property.GetIndexParameters().Length == 0))
                {
                    text.Append(indent).Append(property.Name).Append(": ");
                    Append(text, property.GetValue(value), indent + "  ");
                }

                return;
        }
    }
}
