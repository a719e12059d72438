namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>One comparison of a requirement.</summary>
/// <param name="Name">cuda, driver, arch or brand.</param>
/// <param name="Version">What is compared with; <see langword="null"/> for a brand.</param>
public sealed record RequirementFactor(string Name, string Operator, DottedVersion? Version)
{
    /// <summary>Whether it holds; a property that this host's files do not tell holds.</summary>
    public bool Holds(NvidiaDriver driver)
    {
        var offered = Name switch
        {
            "cuda" => driver.CudaVersion,
            "driver" => driver.Version,
            _ => null,
        };
        if (offered is null || Version is null)
            return true;
        var comparison = offered.CompareTo(Version);
        return Operator switch
        {
            "=" => comparison == 0,
            "!=" => comparison != 0,
            "<" => comparison < 0,
            "<=" => comparison <= 0,
            ">" => comparison > 0,
            _ => comparison >= 0,
        };
    }
}
