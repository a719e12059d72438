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
            <uuid>GPU-9e3779b1-3779-479b-9377-0dbe19137a6e</uuid>
            <mig_devices>
              <mig_device><index>0</index><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id></mig_device>
              <mig_device><index>1</index><gpu_instance_id>9</gpu_instance_id><compute_instance_id>0</compute_instance_id></mig_device>
            </mig_devices>
            <fb_memory_usage><total>81559 MiB</total></fb_memory_usage>
          </gpu>
          <gpu id="00000000:43:00.0">
            <uuid>GPU-3c6ef362-6ef3-4f36-96ef-2cae3226f4dc</uuid>
            <mig_devices>None</mig_devices>
            <fb_memory_usage><total>81559 MiB</total></fb_memory_usage>
          </gpu>
        </nvidia_smi_log>
        END
        ;;
        *) exit 2 ;;
        esac

        """;

    public static string Path(SimulatedNvidiaHost host) => System.IO.Path.Combine(host.DriverRoot, "usr/bin/nvidia-smi");

    public static void Write(SimulatedNvidiaHost host, string script) => RuntimeScript.Write(Path(host), script);
}
