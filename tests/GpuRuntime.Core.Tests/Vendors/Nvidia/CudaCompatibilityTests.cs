using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>CUDA and driver versions, as NVIDIA's release notes print them.</summary>
public sealed class CudaCompatibilityTests
{
    [TestCase("11.8", "520.61.05", "522.06")]
    [TestCase("11.7", "515.43.04", "516.31")]
    [TestCase("11.6", "510.39.01", "511.65")]
    [TestCase("11.5", "495.29.05", "496.13")]
    [TestCase("11.4", "470.57.02", "471.41")]
    public void The_seed_table_is_shipped_exactly(string cuda, string linux, string windows) => AssertRow(cuda, linux, windows);

    [TestCase("13.4", "615.71.09", null)]
    [TestCase("13.3", "610.43.02", null)]
    [TestCase("13.2", "595.45.04", null)]
    [TestCase("13.1", "590.44.01", null)]
    [TestCase("13.0", "580.65.06", null)]
    [TestCase("12.9", "575.51.03", "576.02")]
    [TestCase("12.8", "570.26", "570.65")]
    [TestCase("12.6", "560.28.03", "560.76")]
    [TestCase("12.5", "555.42.02", "555.85")]
    [TestCase("12.4", "550.54.14", "551.61")]
    [TestCase("12.3", "545.23.06", "545.84")]
    [TestCase("12.2", "535.54.03", "536.25")]
    [TestCase("12.1", "530.30.02", "531.14")]
    [TestCase("12.0", "525.60.13", "527.41")]
    [TestCase("11.3", "465.19.01", "465.89")]
    [TestCase("11.2", "460.27.03", "460.82")]
    [TestCase("11.1", "455.23", "456.38")]
    [TestCase("11.0", "450.51.05", "451.48")]
    [TestCase("10.2", "440.33", "441.22")]
    [TestCase("10.1", "418.39", "418.96")]
    [TestCase("10.0", "410.48", "411.31")]
    public void The_other_releases_have_their_first_driver(string cuda, string linux, string? windows) => AssertRow(cuda, linux, windows);

    [Test]
    public void There_is_no_other_row_and_the_newest_comes_first()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CudaCompatibility.Releases, Has.Length.EqualTo(26));
            Assert.That(CudaCompatibility.Releases.Select(release => release.Cuda), Is.Ordered.Descending);
            Assert.That(CudaCompatibility.Releases.Select(release => release.LeastLinuxDriver), Is.Ordered.Descending);
        }
    }

    [TestCase("450.80.02", "11.0")]
    [TestCase("455.23", "11.1")]
    [TestCase("460.91.03", "11.2")]
    [TestCase("465.19.01", "11.3")]
    [TestCase("470.57.02", "11.4")]
    [TestCase("495.29.05", "11.5")]
    [TestCase("510.39.01", "11.6")]
    [TestCase("515.43.04", "11.7")]
    [TestCase("520.61.05", "11.8")]
    [TestCase("525.60.13", "12.0")]
    [TestCase("530.30.02", "12.1")]
    [TestCase("535.104.05", "12.2")]
    [TestCase("545.23.06", "12.3")]
    [TestCase("550.163.01", "12.4")]
    [TestCase("555.42.02", "12.5")]
    [TestCase("560.28.03", "12.6")]
    [TestCase("565.57.01", "12.7")]
    [TestCase("570.26", "12.8")]
    [TestCase("575.51.03", "12.9")]
    [TestCase("580.65.06", "13.0")]
    [TestCase("590.44.01", "13.1")]
    [TestCase("595.45.04", "13.2")]
    [TestCase("610.43.03", "13.3")]
    [TestCase("615.71.09", "13.4")]
    [TestCase("472.12", "11.4")]
    [TestCase("418.39", "10.1")]
    public void A_drivers_branch_decides_which_CUDA_it_serves(string driver, string cuda) =>
        Assert.That(CudaCompatibility.CudaOf(DottedVersion.Parse(driver)!)?.ToString(), Is.EqualTo(cuda));

    [TestCase("620.10")]
    [TestCase("999999")]
    public void A_branch_newer_than_the_table_is_not_guessed_at(string driver) => Assert.That(CudaCompatibility.CudaOf(DottedVersion.Parse(driver)!), Is.Null);

    [TestCase("11.4", "470.57.02")]
    [TestCase("12.4", "550.54.14")]
    [TestCase("12.4.1", "555.42.02")]
    [TestCase("12.7", "570.26")]
    [TestCase("9.0", "410.48")]
    [TestCase("13.4", "615.71.09")]
    [TestCase("13.5", null)]
    [TestCase("99.0", null)]
    public void The_least_driver_for_a_CUDA_version(string cuda, string? driver) =>
        Assert.That(CudaCompatibility.LeastDriverFor(DottedVersion.Parse(cuda)!)?.ToString(), Is.EqualTo(driver));

    private static void AssertRow(string cuda, string linux, string? windows)
    {
        var row = CudaCompatibility.Releases.Single(release => release.Cuda.ToString() == cuda);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(row.LeastLinuxDriver.ToString(), Is.EqualTo(linux));
            Assert.That(row.Windows?.ToString(), Is.EqualTo(windows));
        }
    }
}
