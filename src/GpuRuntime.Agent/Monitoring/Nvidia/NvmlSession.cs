using GpuRuntime.Agent.Nvml;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>
/// The driver's library from when it is loaded until it does not serve any more: its file was replaced, or its driver was unloaded. A new driver
/// cannot be loaded as long as programs have the old one open.
/// </summary>
internal sealed class NvmlSession : IDisposable
{
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromSeconds(10);

    // The library's own, as long as it is loaded.
    private readonly TrustedLibrary _file;
    private readonly string _path;
    private readonly Lock _gate = new();
    private TimeSpan? _looked;
    private volatile bool _isOver;

    private NvmlSession(string path, TrustedLibrary file, NvmlLibrary library, XidWatch xids) => (_path, _file, Library, Xids) = (path, file, library, xids);

    public NvmlLibrary Library { get; }

    public XidWatch Xids { get; }

    /// <summary>It is of no use any more: whoever needs the library opens it anew.</summary>
    public bool IsOver => _isOver;

    /// <exception cref="NvmlException">The library cannot be loaded, or finds no driver.</exception>
    /// <exception cref="Core.Errors.GpuRuntimeException">It is not one to load.</exception>
    public static NvmlSession Begin(string path, XidCounts counts)
    {
        var file = TrustedLibrary.Open(path);
        var library = NvmlLibrary.Open(file);
        return new NvmlSession(path, file, library, XidWatch.Of(library, counts));
    }

    /// <summary>Looks from time to time whether the library is still the driver's.</summary>
    /// <exception cref="NvmlException">It is not.</exception>
    public void Look(TimeSpan now)
    {
        if (!_isOver)
        {
            using var use = Library.Use();
            lock (_gate)
            {
                if (_looked is null || now - _looked >= TimeBetweenLooks)
                {
                    _looked = now;
                    _isOver |= !_file.IsAt(_path);
                }
            }
        }

        if (_isOver)
            throw new NvmlException(NvmlStatus.LibraryVersionMismatch, "the driver's library was replaced");
    }

    /// <summary>After a failure of the driver, and not of one of its GPUs.</summary>
    public void End() => _isOver = true;

    /// <summary>Waits for nothing: a call that another thread is in keeps the library loaded until it returns.</summary>
    public void Dispose()
    {
        _isOver = true;
        Xids.Dispose();
        Library.Dispose();
    }
}
