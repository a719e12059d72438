using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>fdinfo of processes: real ones, and those of a tree that stands for /proc.</summary>
public sealed class ProcessDrmClientsTests : DirectoryFixture
{
    private const string Drm = "pos:\t0\ndrm-driver:\txe\ndrm-client-id:\t7\ndrm-pdev:\t0000:0b:00.0\ndrm-resident-vram0:\t4 KiB\n";
    private static readonly DrmClient Client = new("xe", PciAddress.Parse("0000:0b:00.0")!.Value, 7, 4096);

    [Test]
    public void Every_open_file_of_a_DRM_device_is_a_client_and_no_other()
    {
        Temporary.Write("17/fdinfo/0", "pos:\t0\nflags:\t02\n");
        Temporary.Write("17/fdinfo/5", Drm);
        Temporary.Write("17/fdinfo/6", Drm);
        Temporary.Write("18/fdinfo/5", Drm);

        Assert.That(Of(17), Is.EqualTo((DrmClient[])[Client, Client]));
    }

    [Test]
    public void A_process_that_has_ended_has_none() => Assert.That(Of(17), Is.Empty);

    [Test]
    public void A_process_whose_first_thread_has_ended_shows_them_in_another()
    {
        Temporary.MakeDirectory("17/fdinfo");
        Temporary.MakeDirectory("17/task/17/fdinfo");
        Temporary.Write("17/task/19/fdinfo/5", Drm);

        Assert.That(Of(17), Is.EqualTo((DrmClient[])[Client]));
    }

    [Test]
    public void Of_an_endless_file_the_beginning_is_read()
    {
        Temporary.Write("17/fdinfo/4", Drm + string.Concat(Enumerable.Repeat("tfd:        5 events:       19\n", 100_000)));

        Assert.That(Of(17), Is.EqualTo((DrmClient[])[Client]));
    }

    [Test]
    public void The_open_files_of_real_processes_can_be_read()
    {
        using var proc = new KernelFiles("/proc");
        Assert.That(ProcessDrmClients.Of(proc, Environment.ProcessId), Is.Empty);
    }

    [Test]
    public void What_may_not_be_read_is_an_error_and_not_nothing()
    {
        Temporary.Write("17/fdinfo", "a file");

        Assert.That(() => Of(17), Throws.InstanceOf<LinuxException>().With.Message.Contains("17/fdinfo"));
    }

    [Test]
    public void A_file_that_is_not_there_is_absent_and_one_that_cannot_be_read_an_error()
    {
        Temporary.Write("class/bytes", "4096\n");
        Temporary.MakeDirectory("class/directory");
        using var files = new KernelFiles(Temporary.Path);

        Assert.That((files.Read("class/bytes"), files.Read("class/none")), Is.EqualTo(("4096\n", (string?)null)));
        Assert.That(() => files.Read("class/directory"), Throws.InstanceOf<LinuxException>().With.Message.Contains($"{Temporary.Path}/class/directory"));
    }

    private IReadOnlyList<DrmClient> Of(int pid)
    {
        using var proc = new KernelFiles(Temporary.Path);
        return ProcessDrmClients.Of(proc, pid);
    }
}
