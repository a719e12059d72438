using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>What nvidia-smi prints for a host with one divided and one whole GPU, cut down to what is read.</summary>
public sealed class SmiReportTests
{
    private const string List = """
        GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-11111111-2222-3333-4444-555555555555)
          MIG 3g.40gb     Device  0: (UUID: MIG-aaaaaaaa-0000-5000-8000-000000000001)
          MIG 1g.10gb+me  Device  1: (UUID: MIG-aaaaaaaa-0000-5000-8000-000000000002)
        GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-66666666-2222-3333-4444-555555555555)
        """;

    private const string Query = """
        <?xml version="1.0" ?>
        <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
        <nvidia_smi_log>
          <driver_version>550.163.01</driver_version>
          <gpu id="00000000:1B:00.0">
            <mig_devices>
              <mig_device><index>0</index><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id>
                <device_attributes><shared><multiprocessor_count>60</multiprocessor_count></shared></device_attributes>
                <fb_memory_usage><total>40320 MiB</total><used>44 MiB</used></fb_memory_usage>
                <bar1_memory_usage><total>65535 MiB</total></bar1_memory_usage></mig_device>
              <mig_device><index>1</index><gpu_instance_id>9</gpu_instance_id><compute_instance_id>0</compute_instance_id></mig_device>
            </mig_devices>
            <uuid>GPU-11111111-2222-3333-4444-555555555555</uuid>
            <fb_memory_usage><total>81559 MiB</total><used>12 MiB</used></fb_memory_usage>
          </gpu>
          <gpu id="00000000:43:00.0">
            <uuid>GPU-66666666-2222-3333-4444-555555555555</uuid>
            <mig_devices>None</mig_devices>
            <fb_memory_usage><total>N/A</total></fb_memory_usage>
          </gpu>
        </nvidia_smi_log>
        """;

    private const string Kept = """
        gpu 0000:1b:00.0 85520809984
        mig 2 0 MIG-aaaaaaaa-0000-5000-8000-000000000001 3g.40gb 42278584320
        mig 9 0 MIG-aaaaaaaa-0000-5000-8000-000000000002 1g.10gb+me -
        gpu 0000:43:00.0 -

        """;

    [Test]
    public void The_list_and_the_query_are_joined() => Assert.That(ReportedGpus.Format(SmiReport.Parse(List, Query)), Is.EqualTo(Kept));

    [Test]
    public void What_is_kept_reads_back() => Assert.That(ReportedGpus.Format(ReportedGpus.Parse(Kept)), Is.EqualTo(Kept));

    [Test]
    public void What_earlier_versions_kept_reads_back_without_memory()
    {
        var device = ReportedGpus.Parse("gpu 0000:1b:00.0 85520809984\nmig 2 0 MIG-1 3g.40gb\n").Single().MigDevices.Single();

        Assert.That((device.Uuid, device.Profile, device.MemoryBytes), Is.EqualTo(("MIG-1", "3g.40gb", (long?)null)));
    }

    [TestCase("")]
    [TestCase("mig 1 0 MIG-x 1g\n")]
    [TestCase("gpu\ngpu x y\nmig\n\0")]
    public void A_file_of_another_form_tells_nothing(string text) => Assert.That(ReportedGpus.Parse(text), Is.Empty);

    [TestCase("")]
    [TestCase("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")]
    [TestCase("<nvidia_smi_log>")]
    public void What_is_no_report_is_an_error(string query) =>
        Assert.That(Refusal.Of(ErrorCode.VendorToolFailed, () => SmiReport.Parse(List, query)), Does.Contain("nvidia-smi"));

    [Test]
    public void A_document_type_fetches_and_expands_nothing() =>
        Assert.That(
            ReportedGpus.Format(SmiReport.Parse(
                "GPU 0: X (UUID: &e;)\n  MIG 1g.10gb Device 0: (UUID: MIG-1)\n",
                """<!DOCTYPE a SYSTEM "file:///etc/passwd"><nvidia_smi_log><gpu id="00000000:1B:00.0"><uuid>&e;</uuid><fb_memory_usage><total>&e;</total></fb_memory_usage></gpu></nvidia_smi_log>""")),
            Is.EqualTo("gpu 0000:1b:00.0 -\n"));

    // Every tag of the report may be the one that is missing.
    [Test]
    public void A_report_that_breaks_off_is_an_error()
    {
        for (var length = Query.IndexOf("<gpu", StringComparison.Ordinal); length < Query.LastIndexOf("</", StringComparison.Ordinal); length += 7)
            Refusal.Of(ErrorCode.VendorToolFailed, () => SmiReport.Parse(List, Query[..length]));
    }
}
