using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Reads the expressions of <c>NVIDIA_REQUIRE_*</c>: <c>cuda&gt;=12.4 brand=tesla,driver&gt;=535,driver&lt;536</c>.</summary>
public static class RequirementExpression
{
    private const string OperatorCharacters = "<>=!";

    /// <returns>Alternatives, each a list of factors that must all hold.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequirementInvalid"/>.</exception>
    public static List<List<RequirementFactor>> Parse(string value, string variable) =>
    [
        .. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(term => term.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(factor => Factor(factor, variable)).ToList())
            .Where(term => term.Count > 0),
    ];

    private static RequirementFactor Factor(string text, string variable)
    {
        var start = text.AsSpan().IndexOfAny(OperatorCharacters);
        if (start <= 0)
            throw Invalid(text, variable);
        var length = text.AsSpan(start).IndexOfAnyExcept(OperatorCharacters);
        if (length < 0)
            throw Invalid(text, variable);

        var name = text[..start].ToLowerInvariant();
        var operation = text.Substring(start, length);
        var operand = text[(start + length)..];
        var isBrand = name == "brand";
        if (name is not ("cuda" or "driver" or "arch" or "brand")
            || operation is not ("=" or "!=" or "<" or "<=" or ">" or ">=")
            || (isBrand && operation is not ("=" or "!=")))
            throw Invalid(text, variable);
        var version = isBrand ? null : DottedVersion.Parse(operand) ?? throw Invalid(text, variable);
        return new RequirementFactor(name, operation, version);
    }

    private static GpuRuntimeException Invalid(string factor, string variable) => new(
        ErrorCode.RequirementInvalid,
        $"{variable}: {PrintableText.Quote(factor)} is not a requirement; write cuda, driver, arch or brand, one of = != < <= > >=, and a value, such as cuda>=12.4.");
}
