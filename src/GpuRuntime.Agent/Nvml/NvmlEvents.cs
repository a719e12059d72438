using System.Runtime.InteropServices;

namespace GpuRuntime.Agent.Nvml;

/// <summary>Events of a library's GPUs: XID errors, which nothing else of NVML tells.</summary>
internal sealed unsafe class NvmlEvents : SafeHandle
{
    private const ulong XidCriticalError = 0x8;

    private readonly NvmlLibrary _library;

    private NvmlEvents(NvmlLibrary library, nint set)
        : base(0, true)
    {
        _library = library;
        // The library stays loaded as long as its events are.
        var added = false;
        library.DangerousAddRef(ref added);
        SetHandle(set);
    }

    public override bool IsInvalid => handle == 0;

    /// <returns><see langword="null"/> where the library has no events.</returns>
    /// <exception cref="NvmlException">It has, and they cannot be had.</exception>
    public static NvmlEvents? Create(NvmlLibrary library)
    {
        using var use = library.Use();
        var functions = library.Sensors;
        if (functions.CreateEvents == null || functions.RegisterEvents == null || functions.WaitForEvents == null || functions.FreeEvents == null)
            return null;
        nint set = 0;
        var status = functions.CreateEvents(&set);
        if (status == NvmlStatus.NotSupported)
            return null;
        library.Check(status, "nvmlEventSetCreate");
        return new NvmlEvents(library, set);
    }

    /// <summary>Waits for this GPU's XIDs too.</summary>
    /// <returns>Whether the GPU tells of any.</returns>
    /// <exception cref="NvmlException">It cannot be told at this moment.</exception>
    public bool Add(NvmlDevice device)
    {
        using var use = _library.Use();
        var status = _library.Sensors.RegisterEvents(device.Handle, XidCriticalError, handle);
        if (status == NvmlStatus.NotSupported)
            return false;
        _library.Check(status, "nvmlDeviceRegisterEvents");
        return true;
    }

    /// <returns>The GPU's handle and the XID; <see langword="null"/> when none came in that time.</returns>
    /// <exception cref="NvmlException">Also when a GPU was lost meanwhile.</exception>
    public (nint Device, int Xid)? Wait(TimeSpan longest)
    {
        using var use = _library.Use();
        var data = default(NvmlEventData);
        var status = _library.Sensors.WaitForEvents(handle, &data, (uint)longest.TotalMilliseconds);
        if (status == NvmlStatus.Timeout)
            return null;
        _library.Check(status, "nvmlEventSetWait_v2");
        return data.Type == XidCriticalError ? (data.Device, (int)data.Data) : null;
    }

    protected override bool ReleaseHandle()
    {
        var status = _library.Sensors.FreeEvents(handle);
        _library.DangerousRelease();
        return status == NvmlStatus.Success;
    }
}
