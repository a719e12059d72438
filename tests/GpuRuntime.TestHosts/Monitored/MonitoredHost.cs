using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuRuntime.TestHosts;

/// <summary>
/// A busy host of sixteen GPUs for measuring the agent: containers of Docker's with ten processes each, of which the first uses a GPU, or all do.
/// The containers are in no ledger; whoever measures creates them, by the names of <see cref="Container"/>.
/// </summary>
public sealed class MonitoredHost
{
    private const int ProcessesOfContainer = 10;
    private const int FirstPid = 1000;
    private const int GpuDescriptor = 7;

    private readonly SimulatedHost _host;
    private readonly ILookup<string, int> _nvidiaProcesses;

    private MonitoredHost(string directory, SimulatedHostOptions options, int containers, int usersOfContainer)
    {
        _host = SimulatedHost.Create(directory, options);
        var users = Enumerable.Range(0, containers * ProcessesOfContainer).Where(process => process % ProcessesOfContainer < usersOfContainer).ToList();
        var gpus = GpuCount;
        _nvidiaProcesses = users.Where(process => Gpu(process, gpus) < _host.NvidiaGpus.Length).ToLookup(process => _host.NvidiaGpus[Gpu(process, gpus)].Uuid, process => FirstPid + process);
        for (var process = 0; process < containers * ProcessesOfContainer; process++)
            Begin(process, process % ProcessesOfContainer < usersOfContainer ? DrmFile(process) : null);
        FileTree.Write(Path.Combine(_host.ProcRoot, "loadavg"), $"0.21 0.34 0.30 2/{containers * ProcessesOfContainer} {FirstPid + (containers * ProcessesOfContainer)}\n");
    }

    public string ConfigPath => _host.ConfigPath;

    private int GpuCount => _host.NvidiaGpus.Length + _host.AmdGpus.Length + _host.IntelGpus.Length;

    /// <summary>The id of a container, counted from 0.</summary>
    public static string Container(int number) => number.ToString("x64", CultureInfo.InvariantCulture);

    /// <param name="isMixed">Eight of NVIDIA's, four of AMD's and four of Intel's; otherwise all are AMD's, whose processes take the most reading.</param>
    /// <param name="containers">How many there are.</param>
    /// <param name="usersOfContainer">How many of the ten processes of each use a GPU.</param>
    /// <exception cref="TestResourceUnavailableException">There is no compiler.</exception>
    public static MonitoredHost Create(string directory, bool isMixed, int containers, int usersOfContainer)
    {
        var options = new SimulatedHostOptions
        {
            Amd = [.. ReadyHosts.ManyPartitions.Amd.Take(isMixed ? 4 : 16).Select(Instinct)],
            Nvidia = isMixed ? new SimulatedNvidiaHostOptions { GpuCount = 8 } : null,
            Intel = isMixed ? [.. Enumerable.Range(0, 4).Select(Arc)] : [],
            ExtraConfig = new JsonObject
            {
                ["stateDirectory"] = Path.Combine(Path.GetFullPath(directory), "state"),
                ["lowLevelRuntimes"] = new JsonArray(Path.Combine(Path.GetFullPath(directory), "no-op")),
            },
        };
        var host = new MonitoredHost(directory, options, containers, usersOfContainer);
        if (isMixed)
            StandInManagementLibrary.PutInto(host._host.DriverRoot, "steady\n" + NvmlScenario.Of(host._host.NvidiaGpus, gpu => string.Concat(host._nvidiaProcesses[gpu.Uuid].Select(pid => $"process {pid} 1073741824 c\nsample {pid} 1000000 3\n"))));
        return host;
    }

    // Beside the numbers of NVIDIA's.
    private static SimulatedAmdGpu Instinct(SimulatedAmdGpu gpu, int position) => gpu with
    {
        CardNumber = 20 + position,
        RenderNumber = 148 + position,
        Partitions = 1,
        MemoryPartition = "NPS1",
        Sensors = new AmdSensorFiles { FanRpm = null },
    };

    private static SimulatedIntelGpu Arc(int position) => new()
    {
        PciAddress = $"0002:{0x15 + (position * 0x1c):x2}:00.0",
        DeviceId = "0xe20b",
        Driver = "xe",
        CardNumber = 40 + position,
        RenderNumber = 168 + position,
        TileBytes = [12UL << 30],
        HasSensors = true,
    };

    private static int Gpu(int process, int count) => process / ProcessesOfContainer % count;

    // Of NVIDIA's, the library tells.
    private string? DrmFile(int process)
    {
        var gpu = Gpu(process, GpuCount) - _host.NvidiaGpus.Length;
        return gpu < 0 ? null
            : gpu < _host.AmdGpus.Length ? $"drm-driver:\tamdgpu\ndrm-client-id:\t{process}\ndrm-pdev:\t{_host.AmdGpus[gpu].PciAddress}\npasid:\t32771\ndrm-total-vram:\t2101248 KiB\ndrm-shared-vram:\t0\ndrm-memory-vram:\t2048 KiB\ndrm-memory-gtt:\t2048 KiB\ndrm-memory-cpu:\t0 KiB\namd-evicted-vram:\t0 KiB\ndrm-resident-vram:\t2097152 KiB\ndrm-engine-gfx:\t3000000 ns\ndrm-engine-compute:\t500 ns\ndrm-engine-dma:\t500 ns\n"
            : $"drm-driver:\txe\ndrm-client-id:\t{process}\ndrm-pdev:\t{_host.IntelGpus[gpu - _host.AmdGpus.Length].PciAddress}\ndrm-total-vram0:\t2101248 KiB\ndrm-resident-vram0:\t2097152 KiB\ndrm-cycles-rcs:\t28257900\ndrm-total-cycles-rcs:\t7655183225\ndrm-cycles-ccs:\t0\ndrm-total-cycles-ccs:\t7655183225\ndrm-cycles-bcs:\t0\ndrm-total-cycles-bcs:\t7655183225\ndrm-cycles-vcs:\t0\ndrm-total-cycles-vcs:\t7655183225\n";
    }

    private void Begin(int process, string? drmFile)
    {
        var pid = FirstPid + process;
        var directory = Path.Combine(_host.ProcRoot, pid.ToString(CultureInfo.InvariantCulture));
        FileTree.Write(Path.Combine(directory, "stat"), $"{pid} (worker) S 1 {string.Join(' ', Enumerable.Repeat("0", 17))} {pid} 0\n");
        FileTree.Write(Path.Combine(directory, "comm"), "worker\n");
        FileTree.Write(Path.Combine(directory, "cgroup"), $"0::/system.slice/docker-{Container(process / ProcessesOfContainer)}.scope\n");
        // Not those of the GPU, which lead nowhere: such a file is read, as the device's would be.
        for (var descriptor = 0; descriptor < GpuDescriptor; descriptor++)
        {
            FileTree.Link(Path.Combine(directory, "fd", $"{descriptor}"), "/dev/null");
            FileTree.Write(Path.Combine(directory, "fdinfo", $"{descriptor}"), "pos:\t0\nflags:\t02\n");
        }

        if (drmFile is null)
            return;
        FileTree.Link(Path.Combine(directory, "fd", $"{GpuDescriptor}"), "/nowhere");
        FileTree.Write(Path.Combine(directory, "fdinfo", $"{GpuDescriptor}"), $"pos:\t0\nflags:\t02\nmnt_id:\t26\nino:\t511\n{drmFile}");
    }
}
