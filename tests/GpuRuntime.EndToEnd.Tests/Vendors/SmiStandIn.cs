using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>A shell script in the place of nvidia-smi, which prints what the real one prints for the host of <see cref="MigRows"/>, cut down to what is read.</summary>
internal static class SmiStandIn
{
    public const string Words = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";

    public const string Failure = $"""
        #!/bin/sh
        echo "{Words}"
        exit 9

        """;

    public const string Report = """
        #!/bin/sh
        case "$*" in
        -L) cat <<'END'
        GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-9e3779b1-3779-479b-9377-0dbe19137a6e)
          MIG 3g.40gb     Device  0: (UUID: MIG-aaaaaaaa-0000-5000-8000-000000000001)
          MIG 1g.10gb+me  Device  1: (UUID: MIG-aaaaaaaa-0000-5000-8000-000000000002)
        GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-3c6ef362-6ef3-4f36-96ef-2cae3226f4dc)
        END
        ;;
        '-q -x') cat <<'END'
        <?xml version="1.0" ?>
        <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
        <nvidia_smi_log>
          <driver_version>550.163.01</driver_version>
          <gpu id="00000000:1B:00.0">
            <mig_devices>
              <mig_device><index>0</index><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id>
                <fb_memory_usage><total>40448 MiB</total></fb_memory_usage></mig_device>
              <mig_device><index>1</index><gpu_instance_id>9</gpu_instance_id><compute_instance_id>0</compute_instance_id>
                <fb_memory_usage><total>9984 MiB</total></fb_memory_usage></mig_device>
            </mig_devices>
            <uuid>GPU-9e3779b1-3779-479b-9377-0dbe19137a6e</uuid>
            <fb_memory_usage><total>81559 MiB</total></fb_memory_usage>
          </gpu>
          <gpu id="00000000:43:00.0">
            <mig_devices>None</mig_devices>
            <uuid>GPU-3c6ef362-6ef3-4f36-96ef-2cae3226f4dc</uuid>
            <fb_memory_usage><total>81559 MiB</total></fb_memory_usage>
          </gpu>
        </nvidia_smi_log>
        END
        ;;
        'topo -m') printf '\t\033[4mGPU0\tGPU1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\033[0m\n'
        printf 'GPU0\t X \tNV18\t0-47,96-143\t0\t\tN/A\nGPU1\tNV18\t X \t48-95,144-191\t1\t\tN/A\n\nLegend:\n\n  X    = Self\n'
        ;;
        *) exit 2 ;;
        esac

        """;

    /// <summary>One that knows no matrix of the GPUs, as older ones do.</summary>
    public static string ReportWithoutTopology { get; } = Report.Replace("'topo -m')", "'topo -x')", StringComparison.Ordinal);

    public static string Path(SimulatedNvidiaHost host) => System.IO.Path.Combine(host.DriverRoot, "usr/bin/nvidia-smi");

    public static void Write(SimulatedNvidiaHost host, string script) => RuntimeScript.Write(Path(host), script);
}
