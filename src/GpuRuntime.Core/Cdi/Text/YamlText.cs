using System.Globalization;
using System.Text;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>
/// Nodes as YAML: blocks, one value a line whatever its length, and quotes wherever some parser would read a text as something else. YamlDotNet's
/// emitter would bring regular expressions into the executables, at half a megabyte.
/// </summary>
internal sealed class YamlText
{
    private const int Indentation = 2;

    private readonly StringBuilder _text = new(4096);

    public static byte[] Write(CdiNode document)
    {
        var yaml = new YamlText();
        foreach (var member in document.Members)
        {
            // Three numbers are a text in every YAML; two would not be.
            if (member.Name == "cdiVersion")
                yaml._text.Append(member.Name).Append(": ").Append(member.Value.Text).Append('\n');
            else
                yaml.Member(member, 0);
        }

        return Encoding.UTF8.GetBytes(yaml._text.ToString());
    }

    private void Map(CdiNode map, int indent)
    {
        for (var i = 0; i < map.Members.Count; i++)
        {
            // The first member stands behind its list item's dash, or its object's name has already broken the line.
            if (i > 0)
                _text.Append(' ', indent);
            Member(map.Members[i], indent);
        }
    }

    private void Member(CdiMember member, int indent)
    {
        Text(member.Name);
        _text.Append(':');
        var value = member.Value;
        if (value is { Kind: CdiNodeKind.Map, Members.Count: > 0 })
        {
            _text.Append('\n').Append(' ', indent + Indentation);
            Map(value, indent + Indentation);
        }
        else if (value is { Kind: CdiNodeKind.List, Items.Count: > 0 })
        {
            _text.Append('\n');
            foreach (var item in value.Items)
            {
                _text.Append(' ', indent).Append("- ");
                if (item.Kind == CdiNodeKind.Map)
                    Map(item, indent + Indentation);
                else
                    Scalar(item);
            }
        }
        else
        {
            _text.Append(' ');
            Scalar(value);
        }
    }

    private void Scalar(CdiNode node)
    {
        if (node.Kind == CdiNodeKind.Text)
            Text(node.Text);
        else
            _text.Append(node.Kind switch { CdiNodeKind.Map => "{}", CdiNodeKind.List => "[]", _ => node.Text });
        _text.Append('\n');
    }

    private void Text(string text)
    {
        if (YamlScalar.IsPlain(text))
        {
            _text.Append(text);
            return;
        }

        _text.Append('"');
        foreach (var character in text)
        {
            switch (character)
            {
                case '"' or '\\':
                    _text.Append('\\').Append(character);
                    break;
                case '\n':
                    _text.Append("\\n");
                    break;
                case '\t':
                    _text.Append("\\t");
                    break;
                case var _ when IsUnprintable(character):
                    _text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    _text.Append(character);
                    break;
            }
        }

        _text.Append('"');
    }

    // Line breaks of YAML 1.1, and what no YAML may hold as it is.
    private static bool IsUnprintable(char character) => char.IsControl(character) || character is '\u00a0' or '\u2028' or '\u2029' or '\ufeff' or >= '\ufffe';
}
