using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Files that an admin names in the configuration and that say who may come in: root's own, and nobody else's to read or change.</summary>
public static class SecretFile
{
    private const uint OthersMayRead = 0b000_000_100;
    private const uint OthersMayWrite = 0b000_010_010;

    /// <param name="largest">Bytes.</param>
    /// <param name="code">Of the errors.</param>
    /// <param name="key">The configuration's key that names the file, for messages.</param>
    /// <param name="isPublic">Others may read it, and still not change it.</param>
    /// <exception cref="GpuRuntimeException">It is not there, somebody else's, or too large.</exception>
    public static byte[] Read(string path, int largest, ErrorCode code, string key, bool isPublic = false)
    {
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out var errno)
            ?? throw new GpuRuntimeException(code, $"{LinuxException.Of("open", path, errno).Message} ({key}). Name a file that is there.");
        var status = Libc.Stat(file);
        if (status.Type != FileType.Regular)
            throw new GpuRuntimeException(code, $"{path} ({key}) is not a regular file.");
        if (status.Uid != Libc.EffectiveUserId() || (status.Mode & (OthersMayWrite | (isPublic ? 0 : OthersMayRead))) != 0)
            throw new GpuRuntimeException(code, $"{path} ({key}) is not root's alone: chown root {path} && chmod {(isPublic ? "0644" : "0600")} {path}.");
        return FileContent.ReadAll(file, largest, out var tooLarge) ?? throw new GpuRuntimeException(code, tooLarge ? $"{path} ({key}) is larger than {largest} bytes." : $"{path} ({key}) cannot be read.");
    }
}
