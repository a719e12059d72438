using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>A new config.json under a temporary name. Disposed without <see cref="Commit"/>, it is gone and the old one stands.</summary>
public sealed class PendingSpec : IDisposable
{
    private readonly FileDescriptor _directory;
    private readonly string _temporary;
    private readonly string _name;
    private readonly string _path;
    private bool _committed;

    internal PendingSpec(FileDescriptor directory, string temporary, string name, string path)
    {
        _directory = directory;
        _temporary = temporary;
        _name = name;
        _path = path;
    }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.SpecUnwritable"/>.</exception>
    public void Commit()
    {
        try
        {
            Libc.Rename(_directory, _temporary, _directory, _name);
            _committed = true;
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.SpecUnwritable, $"{_path} cannot be replaced: {exception.Message}.", exception);
        }
    }

    public void Dispose()
    {
        if (!_committed)
            Libc.TryUnlink(_directory, _temporary);
    }
}
