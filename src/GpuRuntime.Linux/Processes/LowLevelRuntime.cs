using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>The OCI runtime that does the work once the bundle is edited.</summary>
public static class LowLevelRuntime
{
    private const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The first of the candidates that is there; names are looked up on the search path.</summary>
    /// <param name="searchPath">The PATH variable; <see langword="null"/> or empty = the usual directories.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LowLevelRuntimeMissing"/>.</exception>
    public static string Find(ImmutableArray<string> candidates, string? searchPath) =>
        TryFind(candidates, searchPath) ?? throw new GpuRuntimeException(
            ErrorCode.LowLevelRuntimeMissing,
            $"No low-level runtime was found: {string.Join(", ", candidates)} (searched {SearchPath(searchPath)}). Install runc, or name one in lowLevelRuntimes of the configuration.");

    /// <inheritdoc cref="Find"/>
    /// <returns><see langword="null"/> when there is none.</returns>
    public static string? TryFind(ImmutableArray<string> candidates, string? searchPath)
    {
        // A runc that is a link to ourselves would become itself for ever.
        var self = Libc.StatOfAny(Libc.AtFdCwd, "/proc/self/exe", 0);
        return candidates
            .SelectMany(candidate => candidate.Contains('/', StringComparison.Ordinal) ? [candidate] : SearchPath(searchPath).Split(':').Where(directory => directory.StartsWith('/')).Select(directory => $"{directory}/{candidate}"))
            .FirstOrDefault(path => Libc.IsExecutable(path) && Libc.StatOfAny(Libc.AtFdCwd, path, 0) is { Type: FileType.Regular } status && !IsSame(status, self));
    }

    /// <summary>Becomes the runtime: same process, same descriptors, same arguments. Returns only by throwing.</summary>
    /// <param name="arguments">Everything behind the program's name.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LowLevelRuntimeNotExecutable"/>.</exception>
    public static void Become(string path, IReadOnlyList<byte[]> arguments)
    {
        var errno = Libc.Execute(path, [Libc.Path(path), .. arguments]);
        throw new GpuRuntimeException(ErrorCode.LowLevelRuntimeNotExecutable, $"The low-level runtime cannot be started: {LinuxException.Of("exec", path, errno).Message}.");
    }

    /// <summary>Runs the runtime and waits for its end: same descriptors, same environment, same arguments.</summary>
    /// <param name="arguments">Everything behind the program's name.</param>
    /// <returns>Its exit status; 128 and the signal's number when it was killed.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LowLevelRuntimeNotExecutable"/>.</exception>
    public static int RunAndWait(string path, IReadOnlyList<byte[]> arguments)
    {
        try
        {
            return Libc.Wait(Libc.SpawnAsSelf(path, [Libc.Path(path), .. arguments]));
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(ErrorCode.LowLevelRuntimeNotExecutable, $"The low-level runtime cannot be started: {exception.Message}.", exception);
        }
    }

    /// <summary>This process's arguments as the kernel has them: bytes, of which not all need be UTF-8.</summary>
    public static IReadOnlyList<byte[]> OwnArguments(string[] decoded)
    {
        const int largest = 4 << 20;
        if (!decoded.Any(argument => argument.Contains('\ufffd', StringComparison.Ordinal)))
            return [.. decoded.Select(Libc.Path)];
        return Libc.TextsOf("/proc/self/cmdline", largest)[1..];
    }

    private static string SearchPath(string? searchPath) => string.IsNullOrEmpty(searchPath) ? DefaultSearchPath : searchPath;

    private static bool IsSame(FileStatus status, FileStatus? self) =>
        self is { } own && status.IsSameFile(own);
}
