using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>NVIDIA_VISIBLE_DEVICES row by row, as NVIDIA's own tools read it.</summary>
public sealed class VisibleDevicesTests
{
    private const string Variable = "NVIDIA_VISIBLE_DEVICES";

    [TestCase(null)]
    [TestCase("")]
    [TestCase("   ")]
    [TestCase(",")]
    [TestCase(" , ,")]
    [TestCase("void")]
    [TestCase("void,0")]
    [TestCase("0,void")]
    [TestCase("all,void")]
    [TestCase(" void ")]
    public void These_ask_for_nothing(string? value) => Assert.That(Read(value), Is.TypeOf<VisibleDevices.NotAsked>());

    [TestCase("none")]
    [TestCase(" none ")]
    [TestCase("none,all")]
    [TestCase("0,none")]
    public void None_asks_for_the_driver_without_a_GPU(string value) => Assert.That(Read(value), Is.TypeOf<VisibleDevices.DriverOnly>());

    [TestCase("all", "nvidia all")]
    [TestCase("all,0", "nvidia all")]
    [TestCase("0,all", "nvidia all")]
    [TestCase("all,none", "nvidia all")]
    [TestCase("0,3", "nvidia index 0, nvidia index 3")]
    [TestCase("0-3", "nvidia index 0-3")]
    [TestCase(" 0 , 1 ", "nvidia index 0, nvidia index 1")]
    [TestCase("0,,1", "nvidia index 0, nvidia index 1")]
    [TestCase("GPU-8f2c1a2b-1111-2222-3333-444455556666", "nvidia uuid GPU-8f2c1a2b-1111-2222-3333-444455556666")]
    [TestCase("gpu-8F2C1A2B-1111-2222-3333-444455556666", "nvidia uuid gpu-8F2C1A2B-1111-2222-3333-444455556666")]
    [TestCase("00000000:3B:00.0", "nvidia pci 0000:3b:00.0")]
    [TestCase("0:1", "nvidia mig 0:1")]
    [TestCase("MIG-8f2c1a2b-1111-2222-3333-444455556666", "nvidia uuid MIG-8f2c1a2b-1111-2222-3333-444455556666")]
    [TestCase("MIG-GPU-8f2c1a2b-1111-2222-3333-444455556666/1/0", "nvidia uuid MIG-GPU-8f2c1a2b-1111-2222-3333-444455556666/1/0")]
    [TestCase("nvidia:0", "nvidia index 0")]
    public void The_rest_names_GPUs_of_NVIDIA(string value, string expected)
    {
        var listed = (VisibleDevices.Listed)Read(value);

        Assert.That(string.Join(", ", listed.Selectors.Select(RequestText.Of)), Is.EqualTo(expected));
    }

    [TestCase("ALL")]
    [TestCase("None")]
    [TestCase("Void")]
    public void The_words_count_in_lower_case_only(string value) => Refused(value);

    [TestCase("GPU-x")]
    [TestCase("nvidia.com/gpu")]
    [TestCase("count=2")]
    [TestCase("-1")]
    [TestCase("../../etc")]
    [TestCase("0\n1")]
    [TestCase("\u0661")]
    public void What_names_no_GPU_is_refused_with_the_forms_that_do(string value) => Assert.That(Refused(value), Does.Contain(Variable).And.Contain("UUID (GPU-...)"));

    [Test]
    public void Another_vendors_GPU_is_refused_with_where_to_ask_for_it() =>
        Assert.That(Refused("amd:0"), Does.Contain("NVIDIA's").And.Contain("AMD").And.Contain("GPU_RUNTIME_GPUS"));

    [Test]
    public void Each_vendors_variable_names_its_own_GPUs()
    {
        var listed = (VisibleDevices.Listed)VisibleDevices.Parse("0", GpuVendor.Amd, "AMD_VISIBLE_DEVICES");

        Assert.That(RequestText.Of(listed.Selectors.Single()), Is.EqualTo("amd index 0"));
    }

    private static VisibleDevices Read(string? value) => VisibleDevices.Parse(value, GpuVendor.Nvidia, Variable);

    private static string Refused(string value) => Refusal.Of(ErrorCode.RequestInvalid, () => Read(value));
}
