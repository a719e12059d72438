using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>Finds and reads the configuration: the file named on the command line, else by GPU_RUNTIME_CONFIG, else the one in /etc.</summary>
public static class ConfigurationFile
{
    public const string DefaultPath = "/etc/gpu-runtime/config.json";
    public const string Variable = "GPU_RUNTIME_CONFIG";
    private const int Largest = 1 << 20;

    /// <param name="named">The file that somebody named; it must exist. <see langword="null"/> = the default, which need not.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.ConfigurationUnreadable"/> or <see cref="ErrorCode.ConfigurationInvalid"/>.</exception>
    public static EffectiveConfiguration Load(string? named)
    {
        var path = string.IsNullOrEmpty(named) ? DefaultPath : named;
        using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out var errno);
        if (file is null)
        {
            return errno == Errno.NoEntry && string.IsNullOrEmpty(named)
                ? EffectiveConfiguration.Default
                : throw new GpuRuntimeException(ErrorCode.ConfigurationUnreadable, $"The configuration file cannot be opened: {LinuxException.Of("open", path, errno).Message}.");
        }

        if (Libc.Stat(file).Type != FileType.Regular)
            throw new GpuRuntimeException(ErrorCode.ConfigurationUnreadable, $"The configuration file {path} is not a regular file.");
        var content = FileContent.ReadAll(file, Largest, out _)
            ?? throw new GpuRuntimeException(ErrorCode.ConfigurationUnreadable, $"The configuration file {path} cannot be read, or is larger than 1 MiB.");
        return ConfigurationReader.Read(content, path);
    }
}
