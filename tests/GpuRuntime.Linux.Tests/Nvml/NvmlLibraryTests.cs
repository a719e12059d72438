using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Nvml;

/// <summary>NVML through pointers to its functions, of libraries that have more and fewer of them.</summary>
public sealed class NvmlLibraryTests : DirectoryFixture
{
    private static readonly PciAddress Address = new(0x3a, 0x3b, 0x1f, 7);

    private string ShutdownMark => Temporary.Combine("shutdown");

    [Test]
    public void A_GPU_is_found_by_index_address_and_UUID_with_a_stand_in_libnvidia_ml()
    {
        using var library = Open();

        Assert.That(library.Count(), Is.EqualTo(2));
        Assert.That(library.Device(1).Name(), Is.EqualTo("Stand-in 2"));
        Assert.That(library.Device(Address).Address(), Is.EqualTo(Address));
        Assert.That(library.Device("GPU-1").Name(), Is.EqualTo("Stand-in 1"));
        Assert.That(library.Device(0).Uuid(), Is.EqualTo(new string('u', 96)));
    }

    [Test]
    public void What_is_not_there_is_told_in_the_librarys_words_and_without_escapes_with_a_stand_in_libnvidia_ml()
    {
        using var library = Open();

        Assert.That(
            () => library.Device(new PciAddress(0, 1, 0, 0)),
            Throws.InstanceOf<NvmlException>().With.Message.EqualTo("nvmlDeviceGetHandleByPciBusId_v2 of 0000:01:00.0: Not Found (NVML error 6)").And.Property("Status").EqualTo(NvmlStatus.NotFound));
        Assert.That(() => library.Device(2), Throws.InstanceOf<NvmlException>().With.Message.EndsWith("?[31mSome Error (NVML error 2)"));
    }

    [Test]
    public void Memory_tells_what_is_reserved_where_the_library_does_with_a_stand_in_libnvidia_ml([Values] bool hasVersion2)
    {
        using var library = hasVersion2 ? Open("MEMORY_V2") : Open();

        Assert.That(library.Device(0).Memory(), Is.EqualTo(hasVersion2 ? new NvmlMemory(100, 25, 70, 5) : new NvmlMemory(100, 30, 70, null)));
    }

    [Test]
    public void A_GPU_without_MIG_has_no_such_mode_with_a_stand_in_libnvidia_ml()
    {
        using var library = Open();

        Assert.That((library.Device(0).IsInMigMode(), library.Device(1).IsInMigMode()), Is.EqualTo(((bool?)true, (bool?)null)));
    }

    [TestCase(1, 16)]
    [TestCase(2, 24)]
    [TestCase(3, 24)]
    [TestCase(3, 32)]
    public void Processes_are_read_by_each_version_of_the_call_with_a_stand_in_libnvidia_ml(int version, int entry)
    {
        using var library = Compiled(version, entry, 3, 4);

        var withInstances = version > 1;
        Assert.That(library.Device(0).Processes(), Is.EqualTo((NvmlProcess[])
        [
            new(10, null, null, null) { UsesCompute = true, UsesGraphics = true },
            new(11, 1001, withInstances ? 7u : null, withInstances ? 3u : null) { UsesCompute = true, UsesGraphics = true },
            new(12, 1002, null, null) { UsesCompute = true, UsesGraphics = true },
            // Only this one has no compute context.
            new(13, 1003, withInstances ? 7u : null, withInstances ? 3u : null) { UsesGraphics = true },
        ]));
        Assert.That(library.Device(1).Processes(), Is.Null);
    }

    [TestCase(16, 1)]
    [TestCase(24, 3)]
    [TestCase(32, 3)]
    public void However_many_processes_there_are_all_are_read_with_a_stand_in_libnvidia_ml(int entry, int version)
    {
        using var library = Compiled(version, entry, 5000, 0);

        Assert.That(library.Device(0).Processes()!.Value.Select(process => process.Pid), Is.EqualTo(Enumerable.Range(10, 5000).Select(pid => (uint)pid)));
    }

    [Test]
    public void A_GPU_that_nobody_uses_has_no_processes_with_a_stand_in_libnvidia_ml()
    {
        using var library = Compiled(3, 24, 0, 0);

        Assert.That(library.Device(0).Processes(), Is.Empty);
    }

    [Test]
    public void A_function_that_is_missing_is_missed_when_it_is_called_with_a_stand_in_libnvidia_ml()
    {
        using var library = Open("EMPTY");

        Assert.That(() => library.Count(), Throws.InstanceOf<NvmlException>().With.Message.EqualTo("nvmlDeviceGetCount_v2: the library does not have this function (NVML error 13)"));
    }

    [Test]
    public void Limits_are_absent_where_the_driver_has_none_with_a_stand_in_libnvidia_ml()
    {
        using var library = Open();

        Assert.That(library.Device(0).Limits("/sys/fs/cgroup/a"), Is.Null);
        Assert.That(() => library.Device(0).SetLimits("/sys/fs/cgroup/a", 0, 1), Throws.InstanceOf<NvmlException>().With.Property("Status").EqualTo(NvmlStatus.FunctionNotFound));
    }

    [Test]
    public void It_is_shut_down_when_it_is_disposed_and_not_used_any_more_with_a_stand_in_libnvidia_ml()
    {
        var library = Open();
        var device = library.Device(0);
        Assert.That(ShutdownMark, Does.Not.Exist);

        library.Dispose();

        Assert.That(ShutdownMark, Does.Exist);
        Assert.That(() => device.Name(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void What_is_in_use_stays_loaded_until_it_is_not_with_a_stand_in_libnvidia_ml()
    {
        var library = Open();
        using (library.Use())
        {
            library.Dispose();
            Assert.That(ShutdownMark, Does.Not.Exist);
        }

        Assert.That(ShutdownMark, Does.Exist);
    }

    [Test]
    public void Another_library_is_another_one_though_the_last_is_still_in_use_with_a_stand_in_library()
    {
        var first = StandInManagementLibrary.Create(Temporary.Combine("first"), "gpu 00000000:01:00.0\n");
        var second = StandInManagementLibrary.Create(Temporary.Combine("second"), "gpu 00000000:01:00.0\ngpu 00000000:02:00.0\n");
        var old = NvmlLibrary.Open(TrustedLibrary.Open(first.Path));
        using var use = old.Use();
        old.Dispose();

        using var library = NvmlLibrary.Open(TrustedLibrary.Open(second.Path));

        Assert.That(library.Count(), Is.EqualTo(2));
    }

    [Test]
    public void What_is_no_library_cannot_be_loaded() =>
        Assert.That(() => NvmlLibrary.Open(Temporary.Write("text.so", "not ELF\n")), Throws.InstanceOf<NvmlException>().With.Property("Status").EqualTo(NvmlStatus.LibraryNotFound));

    [Test]
    public void The_drivers_own_library_says_that_no_driver_is_loaded()
    {
        string library;
        try
        {
            var driver = NvidiaDriverPackages.Unpack(Temporary.Combine("driver"));
            library = Directory.GetFiles(driver.Directory, $"libnvidia-ml.so.{driver.DriverVersion}", SearchOption.AllDirectories)[0];
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }

        if (Directory.Exists("/proc/driver/nvidia"))
            Assert.Ignore("a driver is loaded on this machine");
        Assert.That(() => NvmlLibrary.Open(library), Throws.InstanceOf<NvmlException>().With.Property("Status").EqualTo(NvmlStatus.DriverNotLoaded).And.Message.Contains("Driver Not Loaded"));
    }

    private NvmlLibrary Open(params string[] definitions) => Compiled(3, 24, 0, 0, definitions);

    private NvmlLibrary Compiled(int version, int entry, int compute, int graphics, params string[] definitions)
    {
        var library = Temporary.Combine("libnvidia-ml.so.1");
        var source = Path.Combine(AppContext.BaseDirectory, "Nvml", "stand-in-nvml.c");
        Command.Run(
            "gcc",
            [
                "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-type-limits", "-shared", "-fPIC", "-o", library, source, $"-DSHUTDOWN=\"{ShutdownMark}\"",
                $"-DVERSION={version}", $"-DENTRY={entry}", $"-DCOMPUTE={compute}", $"-DGRAPHICS={graphics}", .. definitions.Select(definition => $"-D{definition}"),
            ]);
        return NvmlLibrary.Open(library);
    }
}
