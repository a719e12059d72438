namespace GpuRuntime.Core.Cdi;

/// <summary>How names of vendors, classes, devices and annotations are formed. Each function gives what is wrong, or <see langword="null"/>.</summary>
internal static class CdiGrammar
{
    private const int LongestName = 63;
    private const int LongestDomain = 253;

    public static string? KindProblem(string kind)
    {
        var slash = kind.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return "must be a vendor and a class, such as vendor.com/gpu";
        return VendorProblem(kind[..slash]) is { } vendor ? $"has a vendor that {vendor}"
            : ClassProblem(kind[(slash + 1)..]) is { } deviceClass ? $"has a class that {deviceClass}"
            : null;
    }

    public static string? VendorProblem(string vendor) => vendor.Length > LongestDomain ? $"is longer than {LongestDomain} characters" : QualifierProblem(vendor);

    public static string? ClassProblem(string deviceClass) => deviceClass.Length > LongestName ? $"is longer than {LongestName} characters" : QualifierProblem(deviceClass);

    public static string? DeviceNameProblem(string name) =>
        name.Length == 0 ? "is missing"
        : !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]) ? "must begin and end with a letter or digit"
        : HasOnly(name, "_-.:") ? null
        : "must have letters, digits, _, -, . and : only";

    /// <summary>As Kubernetes names annotations: an optional domain, a slash, a name.</summary>
    public static string? AnnotationKeyProblem(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !IsDomain(key[..slash]))
            return "has a prefix that is no DNS name";
        var name = key[(slash + 1)..];
        return name.Length is 0 or > LongestName || !char.IsAsciiLetterOrDigit(name[0]) || !char.IsAsciiLetterOrDigit(name[^1]) || !HasOnly(name, "_-.")
            ? $"must have a name of at most {LongestName} letters, digits, _, - and ., with a letter or digit at both ends"
            : null;
    }

    private static string? QualifierProblem(string name) =>
        name.Length == 0 ? "is empty"
        : !char.IsAsciiLetter(name[0]) ? "does not begin with a letter"
        : !char.IsAsciiLetterOrDigit(name[^1]) ? "does not end with a letter or digit"
        : HasOnly(name, "_-.") ? null
        : "has characters other than letters, digits, _, - and .";

    private static bool IsDomain(string text)
    {
        if (text.Length is 0 or > LongestDomain)
            return false;
        foreach (var label in text.Split('.'))
        {
            if (label.Length == 0 || !char.IsAsciiLetterOrDigit(label[0]) || !char.IsAsciiLetterOrDigit(label[^1]) || !HasOnly(label, "-"))
                return false;
        }

        return true;
    }

    private static bool HasOnly(string text, string further)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !further.Contains(character, StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
