using System.Collections.Immutable;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Processes;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring.Processes;

/// <summary>Trees that stand for /proc and /sys, and a look at their processes.</summary>
internal sealed class ProcessTree : IDisposable
{
    public const string AmdAddress = "0000:03:00.0";
    public const string IntelAddress = "0000:0b:00.0";
    public const uint KfdId = 51003;

    public static readonly Gpu Amd = new() { Vendor = GpuVendor.Amd, Index = 0, PciAddress = PciAddress.Parse(AmdAddress)!.Value, Driver = "amdgpu", HipIndex = 0, ComputeUnits = 80 };
    public static readonly Gpu Xe = new() { Vendor = GpuVendor.Intel, Index = 0, PciAddress = PciAddress.Parse(IntelAddress)!.Value, Driver = "xe" };
    public static readonly Gpu I915 = Xe with { Driver = "i915" };

    private readonly TemporaryDirectory _directory;
    private readonly ProcessLook _look;
    private readonly ImmutableArray<HeldUnit> _units;

    public ProcessTree(TemporaryDirectory directory, params ImmutableArray<Gpu> gpus)
    {
        _directory = directory;
        directory.MakeDirectory("proc");
        directory.MakeDirectory("sys");
        directory.MakeDirectory("dev");
        Write("sys/class/kfd/kfd/topology/nodes/1/properties", "simd_count 320\nsimd_per_cu 4\n");
        Write("sys/class/kfd/kfd/topology/nodes/1/gpu_id", $"{KfdId}\n");
        _units = HeldUnit.Of(gpus);
        _look = new ProcessLook(new RuntimeConfiguration { HostRoot = directory.Path });
    }

    public ProcessLookResult Read(double seconds) => _look.Read(_units, TimeSpan.FromSeconds(seconds));

    /// <summary>The only use there is.</summary>
    public GpuProcess ReadOne(double seconds) => Read(seconds).Processes.Single();

    public void Write(string path, string content) => _directory.Write(path, content);

    /// <param name="start">Clock ticks after boot.</param>
    public void Begin(int pid, long start = 100)
    {
        Write($"proc/{pid}/stat", $"{pid} (a ) b) S 1 {string.Join(' ', Enumerable.Repeat("0", 17))} {start} 0\n");
        _directory.MakeDirectory($"proc/{pid}/fdinfo");
        _directory.MakeDirectory($"proc/{pid}/fd");
    }

    public void End(int pid) => Directory.Delete(_directory.Combine($"proc/{pid}"), recursive: true);

    /// <summary>A device that the process has open, which leads nowhere here.</summary>
    public void Open(int pid, int descriptor, string text)
    {
        Write($"proc/{pid}/fdinfo/{descriptor}", text);
        if (!Path.Exists(_directory.Combine($"proc/{pid}/fd/{descriptor}")) && new FileInfo(_directory.Combine($"proc/{pid}/fd/{descriptor}")).LinkTarget is null)
            _directory.Link($"proc/{pid}/fd/{descriptor}", "/nowhere/dri/renderD128");
    }

    public void Close(int pid, int descriptor)
    {
        File.Delete(_directory.Combine($"proc/{pid}/fdinfo/{descriptor}"));
        File.Delete(_directory.Combine($"proc/{pid}/fd/{descriptor}"));
    }

    public void Kfd(int pid, long memory, long copied, int occupied)
    {
        var directory = $"sys/class/kfd/kfd/proc/{pid}";
        Write($"{directory}/vram_{KfdId}", $"{memory}\n");
        Write($"{directory}/sdma_{KfdId}", $"{copied}\n");
        Write($"{directory}/stats_{KfdId}/cu_occupancy", $"{occupied}\n");
    }

    public void EndKfd(int pid) => Directory.Delete(_directory.Combine($"sys/class/kfd/kfd/proc/{pid}"), recursive: true);

    public static string AmdgpuFile(int client, string lines) => $"pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t{client}\ndrm-pdev:\t{AmdAddress}\n{lines}";

    public static string XeFile(int client, string lines) => $"pos:\t0\ndrm-driver:\txe\ndrm-client-id:\t{client}\ndrm-pdev:\t{IntelAddress}\n{lines}";

    public static string I915File(int client, string lines) => $"pos:\t0\ndrm-driver:\ti915\ndrm-client-id:\t{client}\ndrm-pdev:\t{IntelAddress}\n{lines}";

    public void Dispose() => _look.Dispose();
}
