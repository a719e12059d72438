using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi;

/// <summary>A qualified device name, <c>vendor/class=device</c>, such as <c>nvidia.com/gpu=0</c>.</summary>
public sealed record CdiName(string Vendor, string Class, string Device)
{
    public string Kind => $"{Vendor}/{Class}";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>.</exception>
    public static CdiName Parse(string text) =>
        TryParse(text) ?? throw new GpuRuntimeException(ErrorCode.RequestInvalid, $"{PrintableText.Quote(text)} is not the qualified name of a CDI device, such as nvidia.com/gpu=0.");

    /// <returns><see langword="null"/> when it is no qualified name.</returns>
    public static CdiName? TryParse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || equals < slash)
            return null;
        var name = new CdiName(text[..slash], text[(slash + 1)..equals], text[(equals + 1)..]);
        return CdiGrammar.VendorProblem(name.Vendor) is null && CdiGrammar.ClassProblem(name.Class) is null && CdiGrammar.DeviceNameProblem(name.Device) is null ? name : null;
    }

    public static bool IsQualified(string text) => TryParse(text) is not null;

    /// <summary>Whether this is of a kind, written <c>vendor/class</c> with <c>*</c> for any vendor or any class.</summary>
    public bool IsOfKind(string pattern) =>
        pattern.Split('/') is [var vendor, var deviceClass] && (vendor == "*" || vendor == Vendor) && (deviceClass == "*" || deviceClass == Class);

    public override string ToString() => $"{Kind}={Device}";
}
