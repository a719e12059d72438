using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Agent.Watchdog;

/// <summary>
/// Which processes use NVIDIA's GPUs, by NVML. The library is kept open only while something is watched: it would keep a driver from being replaced.
/// </summary>
internal sealed class NvidiaProcesses : IDisposable
{
    private readonly Lock _gate = new();
    private NvmlLibrary? _library;
    private string? _path;

    public bool IsOpen => _library is not null;

    /// <summary>Whether this driver tells how much memory each process holds.</summary>
    /// <exception cref="NvmlException">It does not, and why.</exception>
    public void Probe(string path)
    {
        var library = Open(path);
        if (library.Count() > 0 && library.Device(0).Processes() is null)
            throw new NvmlException(NvmlStatus.NotSupported, "the driver does not tell which processes use a GPU");
    }

    /// <param name="unit">A GPU, or a MIG device.</param>
    /// <exception cref="NvmlException">They are not known at this moment.</exception>
    /// <exception cref="Core.Errors.GpuRuntimeException">The library is not one to load.</exception>
    public IReadOnlyList<NvmlProcess> Read(string path, HeldUnit unit)
    {
        var library = Open(path);
        var device = unit is { MigDevice: null } ? library.Device(unit.Gpu.PciAddress)
            : unit.Uuid is { } uuid ? library.Device(uuid)
            : throw new NvmlException(NvmlStatus.NotFound, $"the UUID of the MIG device {unit.Id} is not known (gpu-runtime devices --refresh asks nvidia-smi for it)");
        return device.Processes() is { } processes ? [.. processes] : throw new NvmlException(NvmlStatus.NotSupported, $"the driver does not tell which processes use {unit.Id}");
    }

    /// <summary>Until it is needed again.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _library?.Dispose();
            (_library, _path) = (null, null);
        }
    }

    public void Dispose() => Close();

    private NvmlLibrary Open(string path)
    {
        lock (_gate)
        {
            if (_library is not null && _path == path)
                return _library;
            Close();
            _library = NvmlLibrary.Open(TrustedLibrary.Open(path));
            _path = path;
            return _library;
        }
    }
}
