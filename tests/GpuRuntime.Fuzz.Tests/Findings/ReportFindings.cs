using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Fuzz.Tests.Findings;

/// <summary>What fuzzing has found in what nvidia-smi prints.</summary>
public sealed class ReportFindings
{
    [Test]
    public void A_GPU_that_reports_no_memory_is_one_whose_memory_is_not_known()
    {
        const string query = """
            <nvidia_smi_log><gpu id="0000:3b:00.0"><uuid>GPU-aa</uuid><fb_memory_usage><total>0 MiB</total></fb_memory_usage></gpu></nvidia_smi_log>
            """;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(SmiReport.Parse("", query).Single().MemoryBytes, Is.Null);
            Assert.That(ReportedGpus.Parse("gpu 0000:3b:00.0 0\nmig 1 0 MIG-bb 1g.10gb 0\n").Single() is { MemoryBytes: null, MigDevices: [{ MemoryBytes: null }] });
        }
    }

    [Test]
    public void A_MIG_device_whose_UUID_is_two_words_is_kept_without_it()
    {
        const string query = """
            <nvidia_smi_log><gpu id="0000:3b:00.0"><mig_devices><mig_device><index>0</index><gpu_instance_id>1</gpu_instance_id><compute_instance_id>0</compute_instance_id></mig_device></mig_devices>
            <uuid>GPU-aa</uuid></gpu></nvidia_smi_log>
            """;
        const string list = "GPU 0: NVIDIA H100 (UUID: GPU-aa)\n  MIG 1g.10gb     Device  0: (UUID: MIG-bb x)\n";
        var kept = ReportedGpus.Parse(ReportedGpus.Format(SmiReport.Parse(list, query)));

        Assert.That(kept.Single().MigDevices.Select(device => (device.GpuInstance, device.Uuid)), Is.EqualTo([(1u, (string?)null)]));
    }
}
