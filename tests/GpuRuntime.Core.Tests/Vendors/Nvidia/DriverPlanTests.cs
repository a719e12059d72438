using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>What a plan holds beside files and nodes.</summary>
public sealed class DriverPlanTests : MachineFixture
{
    private const string Profile = "/etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf";

    [TestCase("0", "0x8")]
    [TestCase("0,1", "0xc")]
    [TestCase("7", "0x10")]
    [TestCase("all", "0xff")]
    public void EGL_is_kept_to_the_granted_GPUs_by_the_bits_of_their_minors(string devices, string mask)
    {
        var file = Plan(devices, "graphics").GeneratedFiles.Single();

        Assert.That(file, Is.EqualTo(new GeneratedFile(
            Profile,
            $$"""{"profiles":[{"name":"_container_","settings":["EGLVisibleDGPUDevices",{{mask}}]}],"rules":[{"pattern":[],"profile":"_container_"}]}""" + "\n")));
    }

    [TestCase("0", "compute,utility")]
    [TestCase("0", "video")]
    [TestCase("none", "graphics")]
    public void There_is_no_profile_without_graphics_or_without_a_GPU(string devices, string capabilities) => Assert.That(Plan(devices, capabilities).GeneratedFiles, Is.Empty);

    [Test]
    public void The_drivers_parameters_are_masked_for_those_who_could_make_nodes()
    {
        Assert.That(Plan("0", "utility").ProcFileMasks, Is.EqualTo((ProcFileMask[])
        [
            new("mask-nvidia-params", $"{Host.ProcRoot}/driver/nvidia/params", "driver/nvidia/params", "CAP_MKNOD"),
        ]));
    }

    [Test]
    public void Parameters_that_already_say_no_are_left_alone()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1 });
        machine.Write("proc/driver/nvidia/params", "ModifyDeviceFiles: 0\n");

        Assert.That(machine.Plan("NVIDIA_VISIBLE_DEVICES=0")!.ProcFileMasks, Is.Empty);
    }

    [Test]
    public void None_brings_the_drivers_files_as_with_a_GPU() =>
        Assert.That(Plan("none", "compute,utility").Mounts, Is.EquivalentTo(Plan("0", "compute,utility").Mounts));

    [TestCase("compute", true)]
    [TestCase("video", true)]
    [TestCase("utility", false)]
    [TestCase("graphics", false)]
    public void An_images_own_newer_CUDA_is_looked_at_where_CUDA_is_used(string capability, bool expected)
    {
        var compatibility = Plan("0", capability).ForwardCompatibility;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(compatibility is not null, Is.EqualTo(expected));
            Assert.That(compatibility?.ContainerDirectory, Is.EqualTo(expected ? "/usr/local/cuda/compat" : null));
            Assert.That(compatibility?.DriverVersion.ToString(), Is.EqualTo(expected ? "550.163.01" : null));
            Assert.That(compatibility?.CudaVersion?.ToString(), Is.EqualTo(expected ? "12.4" : null));
        }
    }

    [Test]
    public void The_same_request_has_the_same_plan() => Assert.That(Text(Plan("all", "all")), Is.EqualTo(Text(Plan("all", "all"))));

    [TestCase(false)]
    [TestCase(true)]
    public void Both_kinds_of_kernel_module_are_known(bool open)
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 1, OpenKernelModule = open });

        Assert.That(NvidiaDriver.Read(machine.Root), Has.Property("IsOpenModule").EqualTo(open).And.Property("ModifyDeviceFiles").True);
    }

    private static string Text(ContainerEdits edits) =>
        string.Join('\n', [.. edits.DeviceNodes.Select(node => node.ToString()), .. edits.Mounts.Select(mount => $"{mount.HostPath} {mount.ContainerPath}"), .. edits.Symlinks.Select(link => link.ToString())]);

    private ContainerEdits Plan(string devices, string capabilities) => Machine.Plan($"NVIDIA_VISIBLE_DEVICES={devices}", $"NVIDIA_DRIVER_CAPABILITIES={capabilities}")!;
}
