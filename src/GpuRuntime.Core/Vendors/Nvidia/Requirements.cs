using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// <c>NVIDIA_REQUIRE_*</c>: what an image needs of the host. Terms separated by spaces are alternatives, factors separated by commas
/// must all hold, every variable must hold. What files do not tell (brand, arch) holds.
/// </summary>
public static class Requirements
{
    private const string Prefix = "NVIDIA_REQUIRE_";
    private const string DisableVariable = "NVIDIA_DISABLE_REQUIRE";
    private const int MostVariables = 32;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequirementUnmet"/> or <see cref="ErrorCode.RequirementInvalid"/>.</exception>
    public static void Check(ContainerEnvironment environment, NvidiaDriver driver)
    {
        if (environment[DisableVariable] is "1" or "t" or "T" or "TRUE" or "true" or "True")
            return;
        var variables = environment.WithPrefix(Prefix).Where(variable => !variable.Name.StartsWith("NVIDIA_REQUIRE_JETPACK", StringComparison.Ordinal)).ToList();
        if (LegacyCudaImage.Is(environment) && OwnVersion(environment["CUDA_VERSION"]!) is { } own)
            variables.Add(new EnvironmentVariable("CUDA_VERSION", $"cuda>={own}"));
        if (variables.Count > MostVariables)
            throw new GpuRuntimeException(ErrorCode.RequirementInvalid, $"The image sets {variables.Count} variables {Prefix}*; at most {MostVariables} are read.");

        foreach (var (variable, value) in variables)
        {
            var terms = RequirementExpression.Parse(value, variable);
            if (terms.Count > 0 && !terms.Exists(term => term.TrueForAll(factor => factor.Holds(driver))))
                throw Unmet(variable, value, terms, driver);
        }
    }

    // CUDA_VERSION of an old image: 8.0.61 asks for cuda>=8.0.
    private static string? OwnVersion(string text) =>
        DottedVersion.Parse(text) is { } version ? string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}") : null;

    private static GpuRuntimeException Unmet(string variable, string value, List<List<RequirementFactor>> terms, NvidiaDriver driver)
    {
        var offer = driver.CudaVersion is { } cuda ? $"driver {driver.Version}, which serves CUDA {cuda}" : $"driver {driver.Version}";
        // What a newer driver would mend: the first comparison upwards that does not hold, CUDA's before the driver's own.
        var wanted = terms.SelectMany(term => term)
            .Where(factor => factor.Operator is ">=" or ">" && !factor.Holds(driver))
            .OrderBy(factor => factor.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        var cure = wanted?.Version is not { } version ? "Use an image that fits this host"
            : wanted.Name == "driver" ? $"Install {(wanted.Operator == ">" ? "a driver newer than " + version : $"driver {version} or newer")}, or use an image that fits this host"
            : CudaCompatibility.LeastDriverFor(version, wanted.Operator == ">") is { } least ? $"Install driver {least} or newer, or use an image for CUDA {driver.CudaVersion} or older"
            : $"No driver that this version knows serves CUDA {version}; use an image for CUDA {driver.CudaVersion} or older";
        return new GpuRuntimeException(
            ErrorCode.RequirementUnmet,
            $"The image needs {variable}={PrintableText.Quote(value)}, and this host has {offer}. {cure}, or set {DisableVariable}=true to start it all the same.");
    }
}
