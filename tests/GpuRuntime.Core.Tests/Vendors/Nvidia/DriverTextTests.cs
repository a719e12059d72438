using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>The texts of /proc/driver/nvidia as drivers print them.</summary>
public sealed class DriverTextTests
{
    [TestCase("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.135  Wed Oct 16 00:00:00 UTC 2024\nGCC version:  gcc version 12.2.0", "550.135")]
    [TestCase("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025", "550.163.01")]
    [TestCase("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  610.43.03  Release Build  (dvs-builder@U22)", "610.43.03")]
    [TestCase("NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  580.95.05  Release Build", "580.95.05")]
    [TestCase("NVRM version: NVIDIA UNIX aarch64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023", "535.104.05")]
    [TestCase("NVRM version: NVIDIA UNIX x86_64 Kernel Module\t418.39\tSat Feb  9", "418.39")]
    public void The_version_stands_behind_the_word_Module(string text, string expected) => Assert.That(NvidiaDriver.ParseVersion(text)?.ToString(), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("NVRM version: NVIDIA UNIX x86_64 Kernel Module")]
    [TestCase("GCC version:  gcc version 12.2.0")]
    [TestCase("NVRM version: 550.135")]
    [TestCase("first line\nKernel Module  550.135")]
    public void Without_it_there_is_no_version(string text) => Assert.That(NvidiaDriver.ParseVersion(text), Is.Null);

    [Test]
    public void A_GPUs_information_has_any_white_space_behind_its_colons()
    {
        var information = ProcInformation.Parse("Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 160\nGPU UUID: \t GPU-9e3779b1\nBus Location: \t 0000:1b:00.0\nDevice Minor: \t 3\nGPU Excluded:\t No\n");

        Assert.That(information, Is.EqualTo(new ProcInformation(3, "NVIDIA H100 80GB HBM3", "GPU-9e3779b1", false)));
    }

    [TestCase("Device Minor: 0\nGPU UUID: \t GPU-????????-????-????-????-????????????\n")]
    [TestCase("Device Minor: 0\nGPU UUID:\n")]
    [TestCase("Device Minor: 0\n")]
    public void A_UUID_that_the_driver_does_not_know_yet_is_absent(string text) => Assert.That(ProcInformation.Parse(text), Has.Property("Uuid").Null);

    [Test]
    public void An_excluded_GPU_says_so() => Assert.That(ProcInformation.Parse("Device Minor: 0\nGPU Excluded:\t Yes\n"), Has.Property("Excluded").True);

    [TestCase("Model: x")]
    [TestCase("Device Minor: x")]
    [TestCase("Device Minor: -1")]
    [TestCase("Device Minor: 255")]
    [TestCase("Device Minor: 99999999999")]
    [TestCase("")]
    public void Without_a_minor_of_a_GPU_there_is_none(string text) => Assert.That(ProcInformation.Parse(text), Is.Null);

    [TestCase("ModifyDeviceFiles: 1", true)]
    [TestCase("Other: 0\nModifyDeviceFiles: 1\nDeviceFileUID: 0", true)]
    [TestCase("ModifyDeviceFiles: 0", false)]
    [TestCase("XModifyDeviceFiles: 1", false)]
    [TestCase("", false)]
    public void The_parameters_tell_whether_tools_touch_nodes(string text, bool expected) => Assert.That(DriverParams.ModifiesDeviceFiles(text), Is.EqualTo(expected));

    [Test]
    public void The_mask_changes_one_line_and_no_other() =>
        Assert.That(
            DriverParams.Masked("ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 1\nDeviceFileUID: 0\nRegistryDwords: \"ModifyDeviceFiles: 1\"\n"),
            Is.EqualTo("ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 0\nDeviceFileUID: 0\nRegistryDwords: \"ModifyDeviceFiles: 1\"\n"));

    [Test]
    public void A_mask_of_a_mask_is_the_same() => Assert.That(DriverParams.Masked("ModifyDeviceFiles: 0\n"), Is.EqualTo("ModifyDeviceFiles: 0\n"));
}
