using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Agent.Nvml;

/// <summary>
/// A GPU, or a MIG device, of a loaded library. What the GPU or the library cannot tell is <see langword="null"/>; every other failure is an
/// <see cref="NvmlException"/>.
/// </summary>
internal sealed unsafe partial class NvmlDevice
{
    // NVML_DEVICE_NAME_V2_BUFFER_SIZE and NVML_DEVICE_UUID_V2_BUFFER_SIZE.
    private const int LongestText = 96;

    private readonly NvmlLibrary _library;
    private readonly NvmlFunctions _functions;
    private readonly nint _device;

    internal NvmlDevice(NvmlLibrary library, NvmlFunctions functions, nint device) => (_library, _functions, _device) = (library, functions, device);

    public string? Name() => Text(_functions.Name, "nvmlDeviceGetName");

    public string? Uuid() => Text(_functions.Uuid, "nvmlDeviceGetUUID");

    public PciAddress? Address()
    {
        using var use = _library.Use();
        var information = default(NvmlPciInfo);
        // The text has the function too, which the numbers lack.
        return Has(_functions.PciInfo == null ? NvmlStatus.FunctionNotFound : _functions.PciInfo(_device, &information), "nvmlDeviceGetPciInfo_v3")
            ? PciAddress.Parse(Ended(new ReadOnlySpan<byte>(information.BusId, NvmlPciInfo.BusIdLength)))
            : null;
    }

    public NvmlMemory? Memory()
    {
        using var use = _library.Use();
        var memory = new NvmlMemoryInfo2 { Version = NvmlMemoryInfo2.CurrentVersion };
        if (Has(_functions.MemoryInfo2 == null ? NvmlStatus.FunctionNotFound : _functions.MemoryInfo2(_device, &memory), "nvmlDeviceGetMemoryInfo_v2"))
            return new NvmlMemory(memory.Total, memory.Used, memory.Free, memory.Reserved);
        var first = default(NvmlMemoryInfo);
        return Has(_functions.MemoryInfo == null ? NvmlStatus.FunctionNotFound : _functions.MemoryInfo(_device, &first), "nvmlDeviceGetMemoryInfo")
            ? new NvmlMemory(first.Total, first.Used, first.Free, null)
            : null;
    }

    /// <summary>Whether the GPU is in MIG mode; <see langword="null"/> for one that has no such mode.</summary>
    public bool? IsInMigMode()
    {
        using var use = _library.Use();
        uint current = 0, pending = 0;
        return Has(_functions.MigMode == null ? NvmlStatus.FunctionNotFound : _functions.MigMode(_device, &current, &pending), "nvmlDeviceGetMigMode") ? current != 0 : null;
    }

    /// <summary>Processes with a compute context, a graphics context or both; of one with both the list of compute contexts tells.</summary>
    public ImmutableArray<NvmlProcess>? Processes()
    {
        using var use = _library.Use();
        var hasCompute = Has(_functions.Compute.Read(_device, out var compute), "nvmlDeviceGetComputeRunningProcesses");
        var hasGraphics = Has(_functions.Graphics.Read(_device, out var graphics), "nvmlDeviceGetGraphicsRunningProcesses");
        if (!hasCompute && !hasGraphics)
            return null;
        var both = compute.Select(process => process with { UsesCompute = true, UsesGraphics = graphics.Any(process.IsSame) });
        return [.. both, .. graphics.Where(process => !compute.Any(process.IsSame)).Select(process => process with { UsesGraphics = true })];
    }

    /// <summary>The limits of a cgroup on this GPU; <see langword="null"/> where there are none, or the driver has no such limits.</summary>
    /// <param name="cgroup">The full path of its directory.</param>
    public NvmlLimits? Limits(string cgroup)
    {
        using var use = _library.Use();
        fixed (byte* path = NvmlLibrary.Text(cgroup))
        {
            var limits = new NvmlCurrentLimits { NameSpace = path };
            return Has(_functions.GetMemoryLimits == null ? NvmlStatus.FunctionNotFound : _functions.GetMemoryLimits(_device, &limits), $"{NvmlFunctions.GetMemoryLimitsName} of {cgroup}")
                ? new NvmlLimits(limits.Soft, limits.Hard, limits.Used)
                : null;
        }
    }

    /// <summary>Sets the limits of a cgroup on this GPU: root only, of a leaf, on a GPU that is not in MIG mode.</summary>
    /// <param name="cgroup">The full path of its directory below /sys/fs/cgroup.</param>
    /// <param name="soft">Bytes. It is added to every cgroup above, and stays there when the cgroup is deleted: 0 leaves nothing behind.</param>
    /// <param name="hard">Bytes; <see cref="NvmlLimits.Unlimited"/> takes the limit away.</param>
    public void SetLimits(string cgroup, ulong soft, ulong hard)
    {
        using var use = _library.Use();
        fixed (byte* path = NvmlLibrary.Text(cgroup))
        {
            var limits = new NvmlNewLimits { NameSpace = path, Soft = soft, Hard = hard };
            _library.Check(_functions.SetMemoryLimits == null ? NvmlStatus.FunctionNotFound : _functions.SetMemoryLimits(_device, &limits), $"{NvmlFunctions.SetMemoryLimitsName} of {cgroup}");
        }
    }

    private string? Text(delegate* unmanaged<nint, byte*, uint, NvmlStatus> function, string call)
    {
        using var use = _library.Use();
        var text = stackalloc byte[LongestText];
        return Has(function == null ? NvmlStatus.FunctionNotFound : function(_device, text, LongestText), call) ? Ended(new ReadOnlySpan<byte>(text, LongestText)) : null;
    }

    private bool Has(NvmlStatus status, string call)
    {
        if (status is NvmlStatus.NotSupported or NvmlStatus.FunctionNotFound or NvmlStatus.NoData or NvmlStatus.ArgumentVersionMismatch or NvmlStatus.Deprecated)
            return false;
        _library.Check(status, call);
        return true;
    }

    private static string Ended(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text);
}
