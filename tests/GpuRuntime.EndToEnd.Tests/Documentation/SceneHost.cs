using System.Globalization;
using System.Text;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>The simulated host of a scene, whose NVIDIA driver tells of memory, by stand-ins for libnvidia-ml and nvidia-smi.</summary>
internal static class SceneHost
{
    private const string Well = "RemappedRows 3 1 0 0\n";

    public static SimulatedHost Create(TestDirectory directory, SimulatedHostOptions options)
    {
        var host = SimulatedHost.Create(directory.Combine("host"), options);
        if (host.NvidiaGpus.IsEmpty)
            return host;
        StandInManagementLibrary.PutInto(host.DriverRoot, NvmlScenario.Of(host.NvidiaGpus, static _ => Well));
        RuntimeScript.Write(Path.Combine(host.DriverRoot, "usr/bin/nvidia-smi"), Smi(host));
        return host;
    }

    // In a container it lists the GPUs that open, and fails where there is none.
    private static string Smi(SimulatedHost host)
    {
        var (list, report) = (new StringBuilder(), new StringBuilder());
        foreach (var gpu in host.NvidiaGpus)
        {
            list.Append(CultureInfo.InvariantCulture, $"GPU {gpu.Index}: {gpu.Name} (UUID: {gpu.Uuid})\n");
            report.Append(CultureInfo.InvariantCulture, $"""
                <gpu id="0000{gpu.PciAddress.ToUpperInvariant()}"><mig_devices>None</mig_devices><uuid>{gpu.Uuid}</uuid>
                <fb_memory_usage><total>81559 MiB</total></fb_memory_usage></gpu>

                """);
        }
        return $"""
            #!/bin/sh
            case "$*" in
            -L) printf '{list.Replace("\n", "\\n")}'; exit ;;
            '-q -x') echo '<nvidia_smi_log><driver_version>{host.DriverVersion}</driver_version>{report}</nvidia_smi_log>'; exit ;;
            topo*) exit 2 ;;
            esac
            echo 'NVIDIA-SMI {host.DriverVersion}'
            opendev /dev/nvidia[0-9]* | sed -n 's/: \(ok\|ENXIO\)$//p' | grep .

            """;
    }
}
