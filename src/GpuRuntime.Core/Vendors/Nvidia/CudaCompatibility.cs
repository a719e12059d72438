using System.Collections.Immutable;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>One row of NVIDIA's release notes: the least driver that runs a CUDA version.</summary>
/// <param name="Windows"><see langword="null"/> where no Windows driver is bundled.</param>
public sealed record CudaRelease(DottedVersion Cuda, DottedVersion LeastLinuxDriver, DottedVersion? Windows);

/// <summary>CUDA versions and driver versions. Source: NVIDIA CUDA toolkit release notes, tables of driver versions.</summary>
public static class CudaCompatibility
{
    /// <summary>Newest first.</summary>
    public static ImmutableArray<CudaRelease> Releases { get; } =
    [
        Row("13.4", "615.71.09", null), Row("13.3", "610.43.02", null), Row("13.2", "595.45.04", null), Row("13.1", "590.44.01", null),
        Row("13.0", "580.65.06", null), Row("12.9", "575.51.03", "576.02"), Row("12.8", "570.26", "570.65"), Row("12.6", "560.28.03", "560.76"),
        Row("12.5", "555.42.02", "555.85"), Row("12.4", "550.54.14", "551.61"), Row("12.3", "545.23.06", "545.84"), Row("12.2", "535.54.03", "536.25"),
        Row("12.1", "530.30.02", "531.14"), Row("12.0", "525.60.13", "527.41"), Row("11.8", "520.61.05", "522.06"), Row("11.7", "515.43.04", "516.31"),
        Row("11.6", "510.39.01", "511.65"), Row("11.5", "495.29.05", "496.13"), Row("11.4", "470.57.02", "471.41"), Row("11.3", "465.19.01", "465.89"),
        Row("11.2", "460.27.03", "460.82"), Row("11.1", "455.23", "456.38"), Row("11.0", "450.51.05", "451.48"), Row("10.2", "440.33", "441.22"),
        Row("10.1", "418.39", "418.96"), Row("10.0", "410.48", "411.31"),
    ];

    // The branch of a driver decides which CUDA it serves; 565 serves 12.7, for which no toolkit was released.
    private static readonly ImmutableArray<DriverBranch> Branches =
    [
        Branch(615, "13.4"), Branch(610, "13.3"), Branch(595, "13.2"), Branch(590, "13.1"), Branch(580, "13.0"), Branch(575, "12.9"),
        Branch(570, "12.8"), Branch(565, "12.7"), Branch(560, "12.6"), Branch(555, "12.5"), Branch(550, "12.4"), Branch(545, "12.3"),
        Branch(535, "12.2"), Branch(530, "12.1"), Branch(525, "12.0"), Branch(520, "11.8"), Branch(515, "11.7"), Branch(510, "11.6"),
        Branch(495, "11.5"), Branch(470, "11.4"), Branch(465, "11.3"), Branch(460, "11.2"), Branch(455, "11.1"), Branch(450, "11.0"),
        Branch(440, "10.2"), Branch(418, "10.1"), Branch(410, "10.0"), Branch(396, "9.2"), Branch(390, "9.1"), Branch(384, "9.0"), Branch(0, "8.0"),
    ];

    /// <summary>The CUDA version that a driver serves; <see langword="null"/> for a branch newer than this table.</summary>
    public static DottedVersion? CudaOf(DottedVersion driver) =>
        driver.Major > Branches[0].Number ? null : Branches.First(row => row.Number <= driver.Major).Cuda;

    /// <summary>
    /// The least Linux driver for a CUDA version, or for one <paramref name="above"/> it, taking the next newer release where that version had
    /// none; <see langword="null"/> beyond the table.
    /// </summary>
    public static DottedVersion? LeastDriverFor(DottedVersion cuda, bool above = false) =>
        Releases.LastOrDefault(release => release.Cuda.CompareTo(cuda) >= (above ? 1 : 0))?.LeastLinuxDriver;

    private static DriverBranch Branch(int number, string cuda) => new(number, DottedVersion.Parse(cuda)!);

    private static CudaRelease Row(string cuda, string linux, string? windows) =>
        new(DottedVersion.Parse(cuda)!, DottedVersion.Parse(linux)!, DottedVersion.Parse(windows));

    private sealed record DriverBranch(int Number, DottedVersion Cuda);
}
