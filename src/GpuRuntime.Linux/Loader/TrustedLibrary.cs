using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Loader;

/// <summary>
/// A library that a program of root's may load: root's own file, which nobody else can write to. What is loaded is the very file that was looked
/// at, whatever its name leads to by then.
/// </summary>
public sealed class TrustedLibrary : IDisposable
{
    private const uint WritableByOthers = 0b010_010;

    private readonly FileDescriptor _file;

    private TrustedLibrary(FileDescriptor file) => _file = file;

    /// <summary>The path to load it by, as long as this object is not disposed.</summary>
    public string LoadPath => _file.ProcPath;

    /// <param name="path">Absolute; links are followed.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>: it is not there, is no library, or others could have written it.</exception>
    public static TrustedLibrary Open(string path)
    {
        var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out var errno)
            ?? throw new GpuRuntimeException(ErrorCode.HookFailed, $"The library cannot be opened: {LinuxException.Of("open", path, errno).Message}.");
        if (Obstacle(file) is not { } obstacle)
            return new TrustedLibrary(file);
        file.Dispose();
        throw new GpuRuntimeException(ErrorCode.HookFailed, $"The library {path} is not loaded: {obstacle}.");
    }

    /// <summary>Whether the path still leads to this file, and not to one that took its place, or to nothing.</summary>
    public bool IsAt(string path) => Libc.TryStat(Libc.AtFdCwd, path, 0, out _) is { } status && status.IsSameFile(Libc.Stat(_file));

    public void Dispose() => _file.Dispose();

    private static string? Obstacle(FileDescriptor file)
    {
        var status = Libc.Stat(file);
        return status.Type != FileType.Regular ? "it is not a regular file"
            : status.Uid != 0 || (status.Mode & WritableByOthers) != 0 ? "it has to be root's, and writable by nobody else (chown root, chmod go-w)"
            : ElfFile.ReadSharedObject(file) is null ? "it is no shared library"
            : null;
    }
}
