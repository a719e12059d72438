using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>What the hook of a specification reads is what the generator wrote, for the GPUs that the container has.</summary>
public sealed class CdiHookArgumentTests
{
    private static readonly ContainerEdits Edits = new()
    {
        Symlinks = [new ContainerSymlink("/usr/lib/libcuda.so", "libcuda.so.1"), new ContainerSymlink("/dev/dri/by-path/pci-0000:01:00.0-render", "../renderD128"), new ContainerSymlink("/dev/dri/by-path/pci-0000:02:00.0-render", "../renderD129")],
        Libraries = [new LoaderCacheEntry("libcuda.so.1", "/usr/lib/libcuda.so.1", LibraryArchitecture.X64), new LoaderCacheEntry("libcuda.so.1", "/usr/lib32/libcuda.so.1", LibraryArchitecture.X86)],
        FallbackLibraries = [new LoaderCacheEntry("libOpenCL.so.1", "/usr/lib/libOpenCL.so.1", LibraryArchitecture.Arm64)],
        ForwardCompatibility = new ForwardCompatibility("/usr/local/cuda/compat", DottedVersion.Parse("550.163.01")!, DottedVersion.Parse("12.4")!),
        ProcFileMasks = [DriverParams.MaskOf("/proc/driver/nvidia/params")],
        GeneratedFiles = [EglProfile.Of([3])],
    };

    [Test]
    public void Reading_gives_back_what_was_written()
    {
        var read = Read(CdiHookArguments.Of(Edits), "/dev/nvidia3", "/dev/dri/renderD128", "/dev/dri/renderD129");

        Assert.Multiple(() =>
        {
            Assert.That(read.Symlinks, Is.EqualTo(Edits.Symlinks));
            Assert.That(read.Libraries, Is.EqualTo(Edits.Libraries));
            Assert.That(read.FallbackLibraries, Is.EqualTo(Edits.FallbackLibraries));
            Assert.That(read.ForwardCompatibility!.ContainerDirectory, Is.EqualTo("/usr/local/cuda/compat"));
            Assert.That($"{read.ForwardCompatibility.DriverVersion} {read.ForwardCompatibility.CudaVersion}", Is.EqualTo("550.163.01 12.4"));
            Assert.That(read.ProcFileMasks, Is.EqualTo(Edits.ProcFileMasks));
            Assert.That(read.GeneratedFiles, Is.EqualTo(Edits.GeneratedFiles));
        });
    }

    [Test]
    public void Links_below_dev_are_made_only_to_nodes_that_the_container_has()
    {
        var read = Read(CdiHookArguments.Of(Edits), "/dev/dri/renderD129");

        Assert.That(read.Symlinks.Select(link => link.Path), Is.EqualTo((string[])["/usr/lib/libcuda.so", "/dev/dri/by-path/pci-0000:02:00.0-render"]));
    }

    [TestCase("/dev/nvidia0 /dev/nvidia5 /dev/nvidiactl /dev/nvidia-uvm", "0x21")]
    [TestCase("/dev/nvidiactl", "0x0")]
    [TestCase("/dev/nvidia63 /dev/nvidia64 /dev/nvidia007x", "0x8000000000000000")]
    public void EGLs_mask_is_of_the_GPUs_that_the_container_has(string nodes, string mask)
    {
        var read = Read(CdiHookArguments.Of(Edits), nodes.Split(' '));

        Assert.That(read.GeneratedFiles.Single().Content, Does.Contain($"\"EGLVisibleDGPUDevices\",{mask}]"));
    }

    [Test]
    public void Edits_that_CDI_can_say_need_no_hook() =>
        Assert.That(CdiHookArguments.Of(new ContainerEdits { Mounts = [new ContainerMount("/a", "/b", ContainerMount.ReadOnly)] }), Is.Empty);

    [TestCase("--unknown=1")]
    [TestCase("--link=/a")]
    [TestCase("--link==b")]
    [TestCase("--link=/a=")]
    [TestCase("--library=libcuda.so.1=/usr/lib/libcuda.so.1")]
    [TestCase("--library=x65:libcuda.so.1=/usr/lib/libcuda.so.1")]
    [TestCase("--library=x64:=/usr/lib/libcuda.so.1")]
    [TestCase("--cuda-compat=/compat")]
    [TestCase("--cuda-compat=/compat=five")]
    [TestCase("--cuda-compat=/compat=550.1,x")]
    [TestCase("--egl-profile=1")]
    [TestCase("")]
    public void An_argument_that_is_never_written_is_refused_and_named(string argument)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(() => Read([.. CdiHookArguments.Of(Edits), argument]))!;

        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.HookFailed));
        Assert.That(refusal.Message, Does.Contain($"\"{argument}\"").And.Contain("gpu-runtime cdi generate"));
    }

    private static ContainerEdits Read(ImmutableArray<string> arguments, params string[] nodes)
    {
        var devices = string.Join(',', nodes.Select(node => $$"""{"path":"{{node}}","type":"c","major":1,"minor":3}"""));
        var spec = OciSpec.Parse(Encoding.UTF8.GetBytes($$$"""{"ociVersion":"1.0.2","linux":{"devices":[{{{devices}}}]}}"""), "config.json");
        return CdiHookArguments.Read(arguments.AsSpan()[2..], spec);
    }
}
