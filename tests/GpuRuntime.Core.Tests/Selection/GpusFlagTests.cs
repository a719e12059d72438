using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using static GpuRuntime.Core.Tests.Selection.GpuBuilder;

namespace GpuRuntime.Core.Tests.Selection;

/// <summary>Docker's --gpus arrives in NVIDIA's variable, on hosts of other vendors too.</summary>
public sealed class GpusFlagTests
{
    private static readonly RuntimeConfiguration NvidiaOnly = RuntimeConfiguration.Default with { GpusFlag = GpusFlagMeaning.Nvidia };

    private static readonly ImmutableArray<Gpu> AmdHost =
        [Gpu(GpuVendor.Amd, 0, "0000:0c:00.0", "0x0a6d7e1ef9b172dd"), Gpu(GpuVendor.Amd, 1, "0000:0d:00.0", "0x0a6d7e1e00000001")];

    [TestCase("all", "amd:0 amd:1")]
    [TestCase("0", "amd:0")]
    [TestCase("0,1", "amd:0 amd:1")]
    [TestCase("0000:0d:00.0", "amd:1")]
    public void On_a_host_without_NVIDIA_it_means_the_GPUs_that_are_there(string value, string expected) =>
        Assert.That(AmdHost.SelectedBy($"NVIDIA_VISIBLE_DEVICES={value}"), Is.EqualTo(expected));

    [Test]
    public void On_a_host_with_NVIDIA_it_means_those() => Assert.That(Mixed.SelectedBy("NVIDIA_VISIBLE_DEVICES=all"), Is.EqualTo("nvidia:0"));

    [Test]
    public void Set_to_nvidia_it_means_those_alone() =>
        Assert.That(Refusal.Of(ErrorCode.NoGpu, () => AmdHost.SelectedBy(NvidiaOnly, "NVIDIA_VISIBLE_DEVICES=all")), Does.Contain("no NVIDIA GPU").And.Contain("amd:0"));

    [Test]
    public void A_host_without_any_GPU_fails() =>
        Refusal.Of(ErrorCode.NoGpu, () => ImmutableArray<Gpu>.Empty.SelectedBy("NVIDIA_VISIBLE_DEVICES=all"));

    [Test]
    public void None_asks_for_no_GPU_of_any_vendor() => Assert.That(AmdHost.SelectedBy("NVIDIA_VISIBLE_DEVICES=none"), Is.Empty);

    [Test]
    public void Our_own_variable_says_the_vendor_itself() =>
        Refusal.Of(ErrorCode.NoGpu, () => AmdHost.SelectedBy("GPU_RUNTIME_GPUS=nvidia:0"));

    [Test]
    public void Another_vendors_variable_is_never_bent() => Refusal.Of(ErrorCode.NoGpu, () => AmdHost.SelectedBy("INTEL_VISIBLE_DEVICES=all"));
}
