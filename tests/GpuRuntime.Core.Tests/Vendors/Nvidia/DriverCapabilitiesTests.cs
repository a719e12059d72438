using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>What a container may do with the driver, by its variable, its request, or what it is.</summary>
public sealed class DriverCapabilitiesTests
{
    private const DriverCapability Default = DriverCapability.Utility | DriverCapability.Compute;

    [TestCase("compute", DriverCapability.Compute)]
    [TestCase("compat32", DriverCapability.Compat32)]
    [TestCase("graphics", DriverCapability.Graphics)]
    [TestCase("utility", DriverCapability.Utility)]
    [TestCase("video", DriverCapability.Video)]
    [TestCase("display", DriverCapability.Display)]
    [TestCase("ngx", DriverCapability.Ngx)]
    [TestCase("all", DriverCapability.All)]
    [TestCase("compute,utility", Default)]
    [TestCase(" utility , compute ", Default)]
    [TestCase("utility,,utility", DriverCapability.Utility)]
    [TestCase("utility,all", DriverCapability.All)]
    [TestCase("", Default)]
    [TestCase(" , ", Default)]
    public void The_variable_is_a_list_of_names(string value, DriverCapability expected) => Assert.That(Of($"NVIDIA_DRIVER_CAPABILITIES={value}"), Is.EqualTo(expected));

    [Test]
    public void Unset_means_utility_and_compute() => Assert.That(Of("PATH=/bin"), Is.EqualTo(Default));

    [TestCase("nonsense", "nonsense")]
    [TestCase("compute,Utility", "Utility")]
    [TestCase("ALL", "ALL")]
    [TestCase("compute utility", "compute utility")]
    [TestCase("void", "void")]
    [TestCase("none", "none")]
    public void Another_name_is_refused_and_the_supported_ones_are_named(string value, string named)
    {
        var sentence = Refusal.Of(ErrorCode.CapabilityUnknown, () => Of($"NVIDIA_DRIVER_CAPABILITIES={value}"));

        Assert.That(sentence, Does.StartWith("NVIDIA_DRIVER_CAPABILITIES").And.Contain(named).And.Contain("compute, compat32, graphics, utility, video, display, ngx, all"));
    }

    [TestCase("all,capabilities=graphics", DriverCapability.Graphics)]
    [TestCase("all,capabilities=gpu,utility", DriverCapability.Utility)]
    [TestCase("all,capabilities=compute,utility,graphics,video,display,memory:6GB",
        DriverCapability.Compute | DriverCapability.Utility | DriverCapability.Graphics | DriverCapability.Video | DriverCapability.Display)]
    public void The_requests_own_names_count_before_the_variable(string request, DriverCapability expected) =>
        Assert.That(Of(request, "NVIDIA_DRIVER_CAPABILITIES=ngx"), Is.EqualTo(expected));

    // Docker itself passes no capability on when gpu or nvidia is all that was asked for: they choose a vendor.
    [TestCase("all,capabilities=gpu")]
    [TestCase("all,capabilities=nvidia")]
    [TestCase("all,capabilities=gpu,nvidia")]
    public void Dockers_words_for_a_vendor_leave_the_capabilities_to_the_image(string request)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of(request, "NVIDIA_DRIVER_CAPABILITIES=ngx"), Is.EqualTo(DriverCapability.Ngx));
            Assert.That(Of(request, "PATH=/bin"), Is.EqualTo(Default));
        }
    }

    [Test]
    public void An_unknown_name_in_a_request_names_where_it_was_read() =>
        Assert.That(Refusal.Of(ErrorCode.CapabilityUnknown, () => Of("all,capabilities=fast", "PATH=/bin")), Does.StartWith("GPU_RUNTIME_GPUS").And.Contain("\"fast\""));

    [TestCase("CUDA_VERSION=8.0.61", DriverCapability.All)]
    [TestCase("CUDA_VERSION=", Default)]
    public void A_legacy_CUDA_image_means_all_of_them(string entry, DriverCapability expected) => Assert.That(Of(entry), Is.EqualTo(expected));

    [Test]
    public void A_legacy_CUDA_image_that_names_some_means_those() =>
        Assert.That(DriverCapabilities.Of(new GpuRequest(), new ContainerEnvironment(["CUDA_VERSION=8.0", "NVIDIA_DRIVER_CAPABILITIES=utility"])), Is.EqualTo(DriverCapability.Utility));

    private static DriverCapability Of(string entry) => DriverCapabilities.Of(new GpuRequest(), new ContainerEnvironment([entry]));

    private static DriverCapability Of(string request, string entry) =>
        DriverCapabilities.Of(RequestGrammar.Parse(request, "GPU_RUNTIME_GPUS")!, new ContainerEnvironment([entry]));
}
