using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.Core.Vendors.Amd;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>AMD's UUIDs as its many tools write them: all forms are one number of 64 bits.</summary>
public sealed class AmdUniqueIdTests : MixedMachineFixture
{
    private static readonly string[] Forms =
    [
        "0x0a4ce1b7c05f2d96", "0X0a4ce1b7c05f2d96", "0x0A4CE1B7C05F2D96", "0xA4CE1B7C05F2D96", "0xa4ce1b7c05f2d96", "0x00000a4ce1b7c05f2d96",
        "GPU-0a4ce1b7c05f2d96", "GPU-a4ce1b7c05f2d96", "gpu-0A4CE1B7C05F2D96", "Gpu-A4CE1B7C05F2D96",
        "0a4ce1b7c05f2d96", "0A4CE1B7C05F2D96", "a4ce1b7c05f2d96", "A4CE1B7C05F2D96",
    ];

    private protected override SimulatedHostOptions Options => ReadyHosts.Mi210Pair;

    [TestCaseSource(nameof(Forms))]
    public void Every_form_is_the_GPU_in_our_own_request(string uuid)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Machine.Gpus.Selected($"device={uuid}"), Is.EqualTo("amd:0"));
            Assert.That(Machine.Gpus.Selected($"amd:{uuid}"), Is.EqualTo("amd:0"));
        }
    }

    [TestCaseSource(nameof(Forms))]
    public void Every_form_is_the_GPU_in_AMDs_variable(string uuid) => Assert.That(Machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={uuid}"), Is.EqualTo("amd:0"));

    [TestCaseSource(nameof(Forms))]
    public void Every_form_is_the_GPU_in_a_resource_of_Swarm(string uuid)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Machine.Gpus.SelectedBy($"DOCKER_RESOURCE_AMD_GPU={uuid}"), Is.EqualTo("amd:0"));
            Assert.That(Machine.Gpus.SelectedBy($"DOCKER_RESOURCE_GPU_COMPUTE={uuid}"), Is.EqualTo("amd:0"));
        }
    }

    [Test]
    public void Two_forms_of_one_GPU_give_it_once() =>
        Assert.That(Machine.Gpus.SelectedBy("AMD_VISIBLE_DEVICES=0xA4CE1B7C05F2D96,GPU-0a4ce1b7c05f2d96,0,0000:43:00.0"), Is.EqualTo("amd:0"));

    [TestCase("0x0a4ce1b7c05f2d97")]
    [TestCase("0xa4ce1b7c05f2d960")]
    [TestCase("a4ce1b7c05f2d97")]
    [TestCase("GPU-0a4ce1b7c05f2d9600")]
    [TestCase("0x0000000000000000")]
    [TestCase("0x0000")]
    [TestCase("GPU-0000000000000000")]
    [TestCase("0000000000000000")]
    public void Another_number_names_nothing_and_the_host_is_listed(string uuid) =>
        Assert.That(
            Refusal.Of(ErrorCode.GpuNotFound, () => Machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={uuid}")),
            Does.Contain($"\"{uuid}\"").And.Contain("amd:0 (0xA4CE1B7C05F2D96, 0000:43:00.0)").And.Contain("amd:1"));

    [TestCase("deadbeef")]
    [TestCase("cafe")]
    [TestCase("10000")]
    [TestCase("0a4ce1b7c05f2d96a")]
    [TestCase("0a4ce1b7-c05f2d96")]
    public void Digits_alone_are_a_UUID_only_where_they_can_be_nothing_else(string text) =>
        Refusal.Of(ErrorCode.RequestInvalid, () => Machine.Gpus.SelectedBy($"AMD_VISIBLE_DEVICES={text}"));

    [TestCase(0x084cafeae17e7696ul, "0x84CAFEAE17E7696")]
    [TestCase(1ul, "0x1")]
    [TestCase(ulong.MaxValue, "0xFFFFFFFFFFFFFFFF")]
    [TestCase(0ul, null)]
    public void It_is_printed_as_AMDs_container_tools_do(ulong id, string? printed) => Assert.That(AmdUniqueId.Format(id), Is.EqualTo(printed));

    [TestCase("084cafeae17e7696", 0x084cafeae17e7696ul)]
    [TestCase("ffffffffffffffff", ulong.MaxValue)]
    [TestCase("0000000000000000", 0ul)]
    [TestCase("10000000000000000", 0ul)]
    [TestCase("0x84cafe", 0ul)]
    [TestCase("-1", 0ul)]
    [TestCase("", 0ul)]
    [TestCase(null, 0ul)]
    public void What_sysfs_prints_is_sixteen_digits_or_nothing(string? text, ulong id) =>
        Assert.That(AmdUniqueId.ParseSysfs(text).ToString("x16", CultureInfo.InvariantCulture), Is.EqualTo(id.ToString("x16", CultureInfo.InvariantCulture)));
}
