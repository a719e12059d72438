using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Agent.Nvml;

/// <summary>
/// NVIDIA's management library, loaded and initialised. Disposing it waits for no call that another thread is in: the library is shut down and
/// unloaded when the last one returns.
/// </summary>
internal sealed unsafe class NvmlLibrary : SafeHandle
{
    private readonly NvmlFunctions _functions;
    private readonly TrustedLibrary? _file;
    private bool _initialized;

    private NvmlLibrary(nint library, TrustedLibrary? file)
        : base(0, true)
    {
        SetHandle(library);
        _file = file;
        _functions = new NvmlFunctions(library);
        Sensors = new NvmlSensorFunctions(library);
    }

    public NvmlSensorFunctions Sensors { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads the library and initialises it; the caller knows whose file it is.</summary>
    /// <param name="path">Absolute.</param>
    /// <exception cref="NvmlException">It cannot be loaded, or finds no driver.</exception>
    public static NvmlLibrary Open(string path) => Open(path, null);

    /// <summary>Loads a library whose file was looked at.</summary>
    /// <param name="file">
    /// Disposed of when the library is unloaded, and no sooner: the loader knows a library by its path, and would give this one again for the next
    /// file that gets the same descriptor.
    /// </param>
    /// <exception cref="NvmlException">It cannot be loaded, or finds no driver; the file is disposed of.</exception>
    public static NvmlLibrary Open(TrustedLibrary file) => Open(file.LoadPath, file);

    private static NvmlLibrary Open(string path, TrustedLibrary? file)
    {
        if (!NativeLibrary.TryLoad(path, out var loaded))
        {
            file?.Dispose();
            throw new NvmlException(NvmlStatus.LibraryNotFound, "it cannot be loaded as a library of this machine");
        }

        var library = new NvmlLibrary(loaded, file);
        try
        {
            library.Check(library._functions.Init == null ? NvmlStatus.FunctionNotFound : library._functions.Init(), "nvmlInit_v2");
            library._initialized = true;
            return library;
        }
        catch
        {
            library.Dispose();
            throw;
        }
    }

    /// <summary>How many GPUs the driver has; GPUs in MIG mode count as one.</summary>
    /// <exception cref="NvmlException">Also for every member below: the call failed.</exception>
    public int Count()
    {
        using var use = Use();
        uint count = 0;
        Check(_functions.DeviceCount == null ? NvmlStatus.FunctionNotFound : _functions.DeviceCount(&count), "nvmlDeviceGetCount_v2");
        return (int)count;
    }

    /// <param name="index">In PCI order, from 0.</param>
    public NvmlDevice Device(int index)
    {
        using var use = Use();
        nint device = 0;
        Check(_functions.DeviceByIndex == null ? NvmlStatus.FunctionNotFound : _functions.DeviceByIndex((uint)index, &device), $"nvmlDeviceGetHandleByIndex_v2 of {index}");
        return new NvmlDevice(this, _functions, device);
    }

    public NvmlDevice Device(PciAddress address)
    {
        using var use = Use();
        nint device = 0;
        // The library prints the domain with eight digits; so it is sure to read it.
        fixed (byte* text = Text(string.Create(CultureInfo.InvariantCulture, $"{address.Domain:X8}:{address.Bus:X2}:{address.Device:X2}.{address.Function}")))
            Check(_functions.DeviceByPciBusId == null ? NvmlStatus.FunctionNotFound : _functions.DeviceByPciBusId(text, &device), $"nvmlDeviceGetHandleByPciBusId_v2 of {address}");
        return new NvmlDevice(this, _functions, device);
    }

    /// <param name="uuid">Of a GPU (<c>GPU-...</c>) or of a MIG device (<c>MIG-...</c>).</param>
    public NvmlDevice Device(string uuid)
    {
        using var use = Use();
        nint device = 0;
        fixed (byte* text = Text(uuid))
            Check(_functions.DeviceByUuid == null ? NvmlStatus.FunctionNotFound : _functions.DeviceByUuid(text, &device), $"nvmlDeviceGetHandleByUUID of {PrintableText.Of(uuid)}");
        return new NvmlDevice(this, _functions, device);
    }

    /// <summary><see langword="null"/> where the library does not tell.</summary>
    public string? DriverVersion()
    {
        // NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE.
        const int longest = 80;
        using var use = Use();
        var text = stackalloc byte[longest];
        if (Sensors.DriverVersion == null || Sensors.DriverVersion(text, longest) != NvmlStatus.Success)
            return null;
        var version = new ReadOnlySpan<byte>(text, longest);
        return PrintableText.Of(Encoding.UTF8.GetString(version.IndexOf((byte)0) is >= 0 and var end ? version[..end] : version));
    }

    /// <summary>Keeps the library loaded until the result is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It is not loaded any more.</exception>
    internal Lease Use()
    {
        var added = false;
        DangerousAddRef(ref added);
        return new Lease(this);
    }

    /// <exception cref="NvmlException">The status is none of success.</exception>
    internal void Check(NvmlStatus status, string call)
    {
        if (status != NvmlStatus.Success)
            throw new NvmlException(status, $"{call}: {Words(status)} (NVML error {(int)status})");
    }

    internal static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    protected override bool ReleaseHandle()
    {
        if (_initialized && _functions.Shutdown != null)
            _ = _functions.Shutdown();
        NativeLibrary.Free(handle);
        _file?.Dispose();
        return true;
    }

    private string Words(NvmlStatus status)
    {
        var text = _functions.ErrorString == null ? null : Marshal.PtrToStringUTF8((nint)_functions.ErrorString(status));
        return status == NvmlStatus.FunctionNotFound ? "the library does not have this function" : string.IsNullOrEmpty(text) ? "it failed" : PrintableText.Of(text);
    }

    internal readonly ref struct Lease(NvmlLibrary library)
    {
        public void Dispose() => library.DangerousRelease();
    }
}
