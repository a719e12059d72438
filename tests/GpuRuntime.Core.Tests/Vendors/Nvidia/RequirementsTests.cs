using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>NVIDIA_REQUIRE_* on a host with driver 550.163.01, which serves CUDA 12.4.</summary>
public sealed class RequirementsTests
{
    private const string Cuda = "NVIDIA_REQUIRE_CUDA";

    [TestCase("cuda>=12.4", true)]
    [TestCase("cuda>=12.5", false)]
    [TestCase("cuda>12.3", true)]
    [TestCase("cuda>12.4", false)]
    [TestCase("cuda<=12.4", true)]
    [TestCase("cuda<=12.3", false)]
    [TestCase("cuda<12.5", true)]
    [TestCase("cuda<12.4", false)]
    [TestCase("cuda=12.4", true)]
    [TestCase("cuda=12.4.0", true)]
    [TestCase("cuda=12.3", false)]
    [TestCase("cuda!=12.3", true)]
    [TestCase("cuda!=12.4", false)]
    [TestCase("cuda>=9", true)]
    [TestCase("cuda>=12.10", false)]
    [TestCase("CUDA>=12.4", true)]
    [TestCase("driver>=550", true)]
    [TestCase("driver>=550.163.01", true)]
    [TestCase("driver>=550.163.02", false)]
    [TestCase("driver<551", true)]
    [TestCase("driver<550", false)]
    public void Every_operator_compares_numbers(string value, bool holds) => AssertHolds($"{Cuda}={value}", holds);

    [TestCase("cuda>=12.5 cuda>=12.4", true)]
    [TestCase("cuda>=12.5 driver>=560", false)]
    [TestCase("driver>=535,driver<536 driver>=550,driver<551", true)]
    [TestCase("driver>=535,driver<536 driver>=560,driver<561", false)]
    [TestCase("cuda>=12.4,driver>=550", true)]
    [TestCase("cuda>=12.4,driver>=560", false)]
    [TestCase("  cuda>=12.4   ", true)]
    [TestCase(",cuda>=12.4,", true)]
    [TestCase("", true)]
    [TestCase(" ", true)]
    [TestCase(", ,", true)]
    public void Spaces_are_alternatives_and_commas_all_have_to_hold(string value, bool holds) => AssertHolds($"{Cuda}={value}", holds);

    // As in NVIDIA's images of CUDA 12.5.
    [TestCase("cuda>=12.5 brand=unknown,driver>=470,driver<471 brand=tesla,driver>=470,driver<471 brand=tesla,driver>=550,driver<551", true)]
    [TestCase("cuda>=12.5 brand=unknown,driver>=470,driver<471 brand=tesla,driver>=470,driver<471 brand=tesla,driver>=535,driver<536", false)]
    [TestCase("brand=tesla", true)]
    [TestCase("brand!=tesla", true)]
    [TestCase("BRAND=GeForceRTX", true)]
    [TestCase("arch>=9.0", true)]
    [TestCase("arch>=99.0", true)]
    [TestCase("brand=tesla,cuda>=12.5", false)]
    public void What_files_do_not_tell_holds_and_does_not_save_a_term_that_fails(string value, bool holds) => AssertHolds($"{Cuda}={value}", holds);

    [Test]
    public void Every_variable_has_to_hold()
    {
        AssertHolds(["NVIDIA_REQUIRE_CUDA=cuda>=12.0", "NVIDIA_REQUIRE_DRIVER=driver>=550"], true);
        AssertHolds(["NVIDIA_REQUIRE_CUDA=cuda>=12.0", "NVIDIA_REQUIRE_DRIVER=driver>=560"], false);
        AssertHolds(["NVIDIA_REQUIRE_JETPACK=csv-mounts=all", "NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS=x"], true);
    }

    [Test]
    public void An_unmet_requirement_says_what_is_needed_what_is_there_and_what_would_do() =>
        Assert.That(Unmet("cuda>=12.6"), Does.Contain("cuda>=12.6").And.Contain("driver 550.163.01").And.Contain("CUDA 12.4")
            .And.Contain("driver 560.28.03 or newer").And.Contain("NVIDIA_DISABLE_REQUIRE=true"));

    [Test]
    public void CUDA_99_is_served_by_no_driver() =>
        Assert.That(Unmet("cuda>=99.0"), Does.Contain("cuda>=99.0").And.Contain("driver 550.163.01").And.Contain("CUDA 12.4").And.Contain("No driver").And.Contain("NVIDIA_DISABLE_REQUIRE=true"));

    // Driver 550 serves 12.4, which is not above 12.4.
    [Test]
    public void More_than_a_version_needs_the_driver_of_the_next_one() =>
        Assert.That(Unmet("cuda>12.4"), Does.Contain("driver 555.42.02 or newer"));

    [TestCase("driver>=999", "driver 999 or newer")]
    [TestCase("driver>550.163.01", "newer than 550.163.01")]
    [TestCase("cuda>=12.0,driver>=560", "driver 560 or newer")]
    [TestCase("brand=tesla,driver>=470,driver<471 cuda>=12.6", "driver 560.28.03 or newer")]
    [TestCase("driver<536", "an image that fits this host")]
    [TestCase("cuda=12.2", "an image that fits this host")]
    public void The_cure_is_for_what_does_not_hold(string value, string cure) => Assert.That(Unmet(value), Does.Contain(cure));

    [TestCase("1")]
    [TestCase("t")]
    [TestCase("T")]
    [TestCase("TRUE")]
    [TestCase("true")]
    [TestCase("True")]
    public void Requirements_can_be_disabled(string value) => AssertHolds([$"{Cuda}=cuda>=99.0", $"NVIDIA_DISABLE_REQUIRE={value}"], true);

    [TestCase("0")]
    [TestCase("")]
    [TestCase("false")]
    [TestCase("yes")]
    [TestCase("tRUE")]
    public void Other_values_do_not_disable_them(string value) => AssertHolds([$"{Cuda}=cuda>=99.0", $"NVIDIA_DISABLE_REQUIRE={value}"], false);

    [Test]
    public void Disabled_requirements_are_not_even_read() => AssertHolds([$"{Cuda}=nonsense", "NVIDIA_DISABLE_REQUIRE=true"], true);

    [TestCase("cuda")]
    [TestCase("cuda>=")]
    [TestCase(">=12.4")]
    [TestCase("cuda=>12.4")]
    [TestCase("cuda==12.4")]
    [TestCase("cuda<>12.4")]
    [TestCase("cuda>=twelve")]
    [TestCase("cuda>=12.4.1.2.3")]
    [TestCase("memory>=10")]
    [TestCase("brand>tesla")]
    [TestCase("brand=")]
    [TestCase("cuda>=12.4 nonsense")]
    [TestCase("cuda>=\u001b[31m12")]
    public void What_is_no_requirement_is_refused_with_the_form(string value) =>
        Assert.That(
            Refusal.Of(ErrorCode.RequirementInvalid, () => Check($"{Cuda}={value}")), Does.StartWith(Cuda).And.Contain("cuda, driver, arch or brand").And.Contain("cuda>=12.4"));

    [Test]
    public void At_most_32_variables_are_read()
    {
        var variables = Enumerable.Range(0, 33).Select(number => $"NVIDIA_REQUIRE_{number}=cuda>=9.0").ToArray();

        using (Assert.EnterMultipleScope())
        {
            AssertHolds(variables[..32], true);
            Assert.That(Refusal.Of(ErrorCode.RequirementInvalid, () => Check(variables)), Does.Contain("33").And.Contain("32"));
        }
    }

    [TestCase("CUDA_VERSION=8.0.61", true)]
    [TestCase("CUDA_VERSION=12.4.1", true)]
    [TestCase("CUDA_VERSION=12.5.0", false)]
    [TestCase("CUDA_VERSION=99.0", false)]
    [TestCase("CUDA_VERSION=nightly", true)]
    public void A_legacy_image_requires_its_own_CUDA_version(string entry, bool holds) => AssertHolds(entry, holds);

    [Test]
    public void An_image_with_requirements_of_its_own_is_not_a_legacy_one() => AssertHolds(["CUDA_VERSION=99.0", $"{Cuda}=cuda>=12.0"], true);

    [Test]
    public void A_driver_newer_than_the_table_serves_any_CUDA() =>
        Assert.That(() => Requirements.Check(new ContainerEnvironment([$"{Cuda}=cuda>=99.0"]), Driver("999.10")), Throws.Nothing);

    private static string Unmet(string value) => Refusal.Of(ErrorCode.RequirementUnmet, () => Check($"{Cuda}={value}"));

    private static void AssertHolds(string entry, bool holds) => AssertHolds([entry], holds);

    private static void AssertHolds(string[] entries, bool holds)
    {
        if (holds)
            Assert.That(() => Check(entries), Throws.Nothing);
        else
            Refusal.Of(ErrorCode.RequirementUnmet, () => Check(entries));
    }

    private static void Check(params string[] entries) => Requirements.Check(new ContainerEnvironment(entries), Driver("550.163.01"));

    private static NvidiaDriver Driver(string version) => DottedVersion.Parse(version) is { } parsed ? new NvidiaDriver(parsed, CudaCompatibility.CudaOf(parsed), false, true) : throw new ArgumentException(version);
}
