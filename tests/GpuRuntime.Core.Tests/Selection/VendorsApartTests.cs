using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using static GpuRuntime.Core.Tests.Selection.GpuBuilder;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>Each vendor's variables speak for that vendor's GPUs alone, whatever stands beside them, on hosts of every mix.</summary>
public sealed class VendorsApartTests
{
    private const string Nvidia = "NVIDIA_VISIBLE_DEVICES";
    private const string Amd = "AMD_VISIBLE_DEVICES";
    private const string Intel = "INTEL_VISIBLE_DEVICES";
    private const string NvidiaUuid = "GPU-00000000-1111-2222-3333-444444444400";
    private const string AmdUuid = "0x0a6d7e1e00000001";

    private static readonly string[] Values = ["", "none", "void", "0", "all"];

    private static readonly ImmutableArray<Gpu> AmdOnly = Of(GpuVendor.Amd);
    private static readonly ImmutableArray<Gpu> IntelOnly = Of(GpuVendor.Intel);
    private static readonly ImmutableArray<Gpu> NvidiaOnly = Of(GpuVendor.Nvidia);
    private static readonly ImmutableArray<Gpu> AmdAndIntel = Of(GpuVendor.Amd, GpuVendor.Intel);

    // What each vendor's GPUs are is said by that vendor's variable; the others only decide whether there is anything left to refuse.
    [Test]
    public void No_variable_changes_another_vendors_result([Values("nvidia", "amd", "intel", "amd intel", "nvidia amd intel")] string vendors)
    {
        var host = Of([.. vendors.Split(' ').Select(word => GpuVendors.Parse(word)!.Value)]);

        using (Assert.EnterMultipleScope())
        {
            foreach (var nvidia in Values)
            {
                foreach (var amd in Values)
                {
                    foreach (var intel in Values)
                        Check(host, nvidia, amd, intel);
                }
            }
        }
    }

    private static void Check(ImmutableArray<Gpu> host, string nvidia, string amd, string intel)
    {
        string[] environment = [$"{Nvidia}={nvidia}", $"{Amd}={amd}", $"{Intel}={intel}"];
        var own = host.Where(gpu => Names(gpu.Vendor switch { GpuVendor.Nvidia => nvidia, GpuVendor.Amd => amd, _ => intel }, gpu));
        var named = string.Join(' ', own.Select(gpu => gpu.Id));
        var asked = new[] { nvidia, amd, intel }.Any(value => value is "0" or "all");
        var flagAlone = amd.Length == 0 && intel.Length == 0 && host.All(gpu => gpu.Vendor != GpuVendor.Nvidia);
        if (flagAlone && asked)
            named = string.Join(' ', host.Where((_, index) => nvidia == "all" || index == 0).Select(gpu => gpu.Id));

        // Whoever wants none of the GPUs that are there gets none, whatever an image says of another vendor's.
        var declined = host.Any(gpu => (gpu.Vendor == GpuVendor.Amd ? amd : gpu.Vendor == GpuVendor.Intel ? intel : nvidia) is "none" or "void");
        asked &= !declined;
        var because = string.Join(' ', environment);
        if (named.Length > 0)
            Assert.That(host.SelectedBy(environment), Is.EqualTo(named), because);
        else if (asked)
            Assert.That(Assert.Throws<GpuRuntimeException>(() => host.SelectedBy(environment), because)?.Code, Is.EqualTo(ErrorCode.NoGpu), because);
        else
            Assert.That(host.SelectedBy(environment), Is.EqualTo("nothing").Or.Empty, because);
    }

    private static bool Names(string value, Gpu gpu) => value == "all" || (value == "0" && gpu.Index == 0);

    [TestCase(Nvidia + "=all")]
    [TestCase(Nvidia + "=0")]
    [TestCase(Nvidia + "=" + NvidiaUuid)]
    [TestCase(Nvidia + "=0:1")]
    [TestCase(Intel + "=all")]
    [TestCase("DOCKER_RESOURCE_NVIDIA_GPU=" + NvidiaUuid)]
    [TestCase("DOCKER_RESOURCE_NVIDIA=" + NvidiaUuid)]
    [TestCase("DOCKER_RESOURCE_INTEL_GPU=2")]
    [TestCase("CUDA_VERSION=10.0")]
    public void What_names_an_absent_vendor_is_left_out_with_a_warning_beside_what_names_a_present_one(string absent)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(AmdOnly.SelectedBy($"{Amd}=0", absent), Is.EqualTo("amd:0"));
            Assert.That(AmdOnly.WarningsOf($"{Amd}=0", absent).Single(), Does.Contain("left out").And.Contain(absent.Contains("INTEL", StringComparison.Ordinal) ? "Intel" : "NVIDIA"));
        }
    }

    [Test]
    public void Two_absent_vendors_are_two_warnings() => Assert.That(AmdOnly.WarningsOf($"{Amd}=0", $"{Nvidia}=0,1", $"{Intel}=all"), Has.Length.EqualTo(2));

    [Test]
    public void None_of_an_absent_vendor_takes_nothing_away_and_says_nothing()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(AmdOnly.SelectedBy($"{Amd}=0", $"{Nvidia}=none", $"{Intel}=void"), Is.EqualTo("amd:0"));
            Assert.That(AmdOnly.WarningsOf($"{Amd}=0", $"{Nvidia}=none", $"{Intel}=void"), Is.Empty);
        }
    }

    [Test]
    public void A_bad_name_of_a_present_vendor_still_fails()
    {
        using (Assert.EnterMultipleScope())
        {
            Refusal.Of(ErrorCode.GpuNotFound, () => AmdOnly.SelectedBy($"{Amd}=7", $"{Nvidia}=all"));
            Refusal.Of(ErrorCode.GpuNotFound, () => Mixed.SelectedBy($"{Amd}=0", $"{Nvidia}=7"));
            Refusal.Of(ErrorCode.RequestInvalid, () => AmdOnly.SelectedBy($"{Amd}=0", $"{Nvidia}=x"));
        }
    }

    [TestCase("all", "amd:0 amd:1 intel:0")]
    [TestCase("0", "amd:0")]
    [TestCase("0,1", "amd:0 amd:1")]
    [TestCase("1,2", "amd:1 intel:0")]
    [TestCase("0-2", "amd:0 amd:1 intel:0")]
    [TestCase(AmdUuid, "amd:1")]
    [TestCase("GPU-0a6d7e1e00000001", "amd:1")]
    [TestCase("0000:0b:00.0", "intel:0")]
    public void Alone_NVIDIAs_variable_is_the_flag_and_counts_over_the_list_of_devices(string value, string expected) =>
        Assert.That(AmdAndIntel.SelectedBy($"{Nvidia}={value}"), Is.EqualTo(expected));

    [Test]
    public void The_flag_beyond_the_list_fails() => Assert.That(Refusal.Of(ErrorCode.GpuNotFound, () => AmdAndIntel.SelectedBy($"{Nvidia}=0-3")), Does.Contain("intel:0"));

    [Test]
    public void The_flag_is_NVIDIAs_alone_where_the_configuration_says_so() =>
        Refusal.Of(ErrorCode.NoGpu, () => AmdAndIntel.SelectedBy(RuntimeConfiguration.Default with { GpusFlag = GpusFlagMeaning.Nvidia }, $"{Nvidia}=all"));

    // An image's NVIDIA_VISIBLE_DEVICES=all must not undo what somebody said of AMD's GPUs.
    [TestCase(Amd + "=none")]
    [TestCase(Amd + "=void")]
    public void Beside_a_variable_that_wants_none_of_the_GPUs_there_NVIDIAs_asks_for_nothing(string other)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(AmdOnly.SelectedBy($"{Nvidia}=all", other), Is.EqualTo("nothing"));
            Assert.That(AmdOnly.WarningsOf($"{Nvidia}=all", other).Single(), Does.Contain("NVIDIA").And.Contain("left out"));
        }
    }

    [Test]
    public void Beside_a_variable_of_a_vendor_that_is_not_there_NVIDIAs_is_no_flag() => Refusal.Of(ErrorCode.NoGpu, () => AmdOnly.SelectedBy($"{Nvidia}=all", $"{Intel}=none"));

    [TestCase("DOCKER_RESOURCE_AMD_GPU=" + AmdUuid, "amd:1")]
    [TestCase("DOCKER_RESOURCE_GPU=" + AmdUuid, "amd:1")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=1", "amd:0")]
    [TestCase("DOCKER_RESOURCE_SSD=1", "amd:0 amd:1")]
    public void Beside_a_resource_of_Swarms_that_names_GPUs_NVIDIAs_is_no_flag(string resource, string expected) =>
        Assert.That(AmdOnly.SelectedBy($"{Nvidia}=all", resource), Is.EqualTo(expected));

    [TestCase("DOCKER_RESOURCE_NVIDIA_GPU=" + NvidiaUuid)]
    [TestCase("DOCKER_RESOURCE_NVIDIA=" + NvidiaUuid)]
    [TestCase("DOCKER_RESOURCE_NVIDIA-GPU=2")]
    public void A_resource_of_an_absent_vendor_alone_fails(string resource)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.NoGpu, () => AmdOnly.SelectedBy(resource)), Does.Contain("no NVIDIA GPU").And.Contain("amd:0"));
            Refusal.Of(ErrorCode.NoGpu, () => IntelOnly.SelectedBy(resource));
        }
    }

    [TestCase("DOCKER_RESOURCE_NVIDIA=" + NvidiaUuid, "nvidia:0 amd:0 intel:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=" + AmdUuid, "nvidia:0 amd:1 intel:0")]
    [TestCase("DOCKER_RESOURCE_AMD=" + AmdUuid, "nvidia:0 amd:1 intel:0")]
    [TestCase("DOCKER_RESOURCE_AMD_GPU=2", "nvidia:0 amd:0 amd:1 intel:0")]
    [TestCase("DOCKER_RESOURCE_INTEL_GPU=1", "nvidia:0 amd:0 intel:0")]
    public void A_resource_takes_the_place_of_its_own_vendors_variable_and_of_no_other(string resource, string expected) =>
        Assert.That(Mixed.SelectedBy($"{Nvidia}=0", $"{Amd}=0", $"{Intel}=0", resource), Is.EqualTo(expected));

    [Test]
    public void NVIDIAs_host_knows_nothing_of_the_others()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NvidiaOnly.SelectedBy($"{Nvidia}=all", $"{Amd}=all", $"{Intel}=all"), Is.EqualTo("nvidia:0"));
            Refusal.Of(ErrorCode.NoGpu, () => NvidiaOnly.SelectedBy($"{Amd}=all"));
            Assert.That(NvidiaOnly.SelectedBy($"{Amd}=none"), Is.EqualTo("nothing"));
        }
    }

    private static ImmutableArray<Gpu> Of(params GpuVendor[] vendors) => [.. Mixed.Where(gpu => vendors.Contains(gpu.Vendor))];
}
