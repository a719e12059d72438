using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>
/// An OCI bundle, opened once: config.json is read and replaced relative to that descriptor, so that swapping the directory in between
/// changes nothing. The file must be a regular one of at most 16 MiB.
/// </summary>
public sealed class BundleDirectory : IDisposable
{
    public const int LargestSpec = 16 << 20;
    private const string SpecName = "config.json";

    private readonly FileDescriptor _directory;
    private FileStatus _status;

    private BundleDirectory(FileDescriptor directory, string path)
    {
        _directory = directory;
        SpecPath = $"{(Libc.TryReadLink(Libc.AtFdCwd, directory.ProcPath) ?? path).TrimEnd('/')}/{SpecName}";
    }

    /// <summary>config.json as messages name it: where the bundle really lies, the working directory included.</summary>
    public string SpecPath { get; }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.BundleUnreadable"/>.</exception>
    public static BundleDirectory Open(string path)
    {
        var directory = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | Libc.Directory | Libc.NoFollow, Resolve.None, out var errno);
        return directory is null
            ? throw new GpuRuntimeException(ErrorCode.BundleUnreadable, $"The bundle cannot be opened: {LinuxException.Of("open", path, errno).Message}.")
            : new BundleDirectory(directory, path);
    }

    /// <summary>The bytes of config.json.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.SpecUnreadable"/> or <see cref="ErrorCode.SpecTooLarge"/>.</exception>
    public byte[] ReadSpec()
    {
        // Not blocking, so that a FIFO in its place does not hang the engine.
        using var file = Libc.TryOpenAt(_directory.Number, SpecName, OpenFlags.ReadOnly | OpenFlags.NonBlock | Libc.NoFollow, Resolve.Beneath, out var errno);
        if (file is null)
        {
            throw new GpuRuntimeException(
                ErrorCode.SpecUnreadable,
                errno == Errno.TooManyLinks
                    ? $"{SpecPath} is a symbolic link; a bundle's config.json must be a regular file."
                    : $"The container's configuration cannot be opened: {LinuxException.Of("open", SpecPath, errno).Message}.");
        }

        _status = Libc.Stat(file);
        if (_status.Type != FileType.Regular)
            throw new GpuRuntimeException(ErrorCode.SpecUnreadable, $"{SpecPath} is not a regular file; a bundle's config.json must be one.");
        if (_status.Size > LargestSpec)
            throw TooLarge();
        var content = FileContent.ReadAll(file, LargestSpec, out var tooLarge);
        return content ?? throw (tooLarge ? TooLarge() : new GpuRuntimeException(ErrorCode.SpecUnreadable, $"{SpecPath} cannot be read."));
    }

    /// <summary>
    /// Writes the new config.json beside the old one and hands back what puts it in its place: everything that can fail for want of space
    /// is done before anything else is touched.
    /// </summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.SpecUnwritable"/>.</exception>
    public PendingSpec Prepare(byte[] content)
    {
        var temporary = Libc.UnguessableName(".config.json.");
        try
        {
            using var file = Libc.OpenAt(
                _directory.Number, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, _status.Mode & 0x1ff);
            Libc.WriteAll(file, content, SpecPath);
            Libc.ChangeMode(file, _status.Mode, SpecPath);
            if (_status.Uid != Libc.EffectiveUserId() || _status.Gid != 0)
                Libc.ChangeOwner(file, _status.Uid, _status.Gid, SpecPath);
        }
        catch (LinuxException exception)
        {
            Libc.TryUnlink(_directory, temporary);
            throw new GpuRuntimeException(ErrorCode.SpecUnwritable, $"The edited configuration cannot be written: {exception.Message}.", exception);
        }

        return new PendingSpec(_directory, temporary, SpecName, SpecPath);
    }

    public void Dispose() => _directory.Dispose();

    private GpuRuntimeException TooLarge() =>
        new(ErrorCode.SpecTooLarge, $"{SpecPath} is larger than {LargestSpec >> 20} MiB, which no container's configuration is.");
}
