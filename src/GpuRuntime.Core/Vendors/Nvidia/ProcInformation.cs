using System.Globalization;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>A GPU's <c>information</c> file: <c>Key: value</c> lines with any amount of white space behind the colon.</summary>
/// <param name="Minor">The minor of <c>/dev/nvidiaN</c>.</param>
/// <param name="Uuid"><see langword="null"/> while the driver does not know it: the line is missing or full of question marks.</param>
/// <param name="Excluded">The driver leaves this GPU out; it has no index.</param>
public sealed record ProcInformation(uint Minor, string? Model, string? Uuid, bool Excluded)
{
    /// <returns><see langword="null"/> without a device minor.</returns>
    public static ProcInformation? Parse(string text)
    {
        uint? minor = null;
        string? model = null, uuid = null;
        var excluded = false;
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].Trim())
            {
                case "Device Minor" when uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 254:
                    minor = number;
                    break;
                case "Model" when value.Length > 0:
                    model = value;
                    break;
                case "GPU UUID" when value.Length > 0 && !value.Contains('?', StringComparison.Ordinal):
                    uuid = value;
                    break;
                case "GPU Excluded":
                    excluded = value == "Yes";
                    break;
            }
        }

        return minor is { } found ? new ProcInformation(found, model, uuid, excluded) : null;
    }
}
