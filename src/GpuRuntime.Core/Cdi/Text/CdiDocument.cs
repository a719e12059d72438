using System.Globalization;
using System.Text;
using System.Text.Unicode;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>How a specification is written.</summary>
public enum CdiFormat
{
    Yaml,
    Json,
}

/// <summary>A specification's file as nodes, of either format.</summary>
internal static class CdiDocument
{
    /// <summary>Bytes. Specifications of the largest hosts have some hundreds of KiB.</summary>
    public const int Largest = 4 << 20;

    /// <summary>The format that a file's name tells; <see langword="null"/> for names that no engine reads specifications from.</summary>
    public static CdiFormat? FormatOf(string name) =>
        name.EndsWith(".json", StringComparison.Ordinal) ? CdiFormat.Json
        : name.EndsWith(".yaml", StringComparison.Ordinal) ? CdiFormat.Yaml
        : null;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>.</exception>
    public static CdiNode Parse(byte[] content, string name)
    {
        var format = FormatOf(name) ?? throw Refused(name, 0, "has a name that no engine reads specifications from: it must end in .yaml or .json");
        if (content.Length > Largest)
            throw Refused(name, 0, $"is larger than {Largest >> 20} MiB");
        if (content.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(content))
            throw Refused(name, 0, "is not valid UTF-8");
        if (format == CdiFormat.Yaml)
            return YamlNodes.Read(content, name);
        try
        {
            return JsonNodes.Read(content, name);
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.SpecInvalid)
        {
            // The same parser reads config.json, whose errors have a code of their own.
            throw new GpuRuntimeException(ErrorCode.CdiSpecInvalid, $"The CDI specification {exception.Message}", exception);
        }
    }

    /// <param name="line">0 when it concerns no line.</param>
    public static GpuRuntimeException Refused(string name, int line, string problem, Exception? cause = null)
    {
        var place = line == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}, line {line},");
        return new GpuRuntimeException(ErrorCode.CdiSpecInvalid, $"The CDI specification {place} {problem}.", cause);
    }
}
