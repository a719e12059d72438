using System.Text;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Paths;

/// <summary>
/// Our own directory (0700), where files and links that containers see through bind mounts are kept. Entries are named after their
/// content: containers with the same GPUs share them, creates that race make the same thing, and nothing has to be taken away again.
/// </summary>
public sealed class StateDirectory
{
    private const uint OwnOnly = 0b111_000_000;
    private const uint OwnersAlone = 0b110_000_000;
    private const uint ReadableByAll = 0b100_100_100;

    private readonly string _path;

    public StateDirectory(string path) => _path = path.TrimEnd('/');

    /// <summary>A file with this content.</summary>
    /// <returns>Its path on this host.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>.</exception>
    public string File(string content) => Guarded(() =>
    {
        using var root = OpenRoot();
        var bytes = Encoding.UTF8.GetBytes(content);
        var name = $"files/{ContentHash.Of(bytes)}";
        root.Replace(name, bytes, ReadableByAll);
        return $"{_path}/{name}";
    });

    /// <summary>A directory that holds these links and nothing else.</summary>
    /// <param name="links">Names in the directory, and what they point to.</param>
    /// <returns>Its path on this host.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>.</exception>
    public string Links(IReadOnlyCollection<ContainerSymlink> links) => Guarded(() =>
    {
        using var root = OpenRoot();
        var text = string.Join('\n', links.Select(link => $"{link.Path}\0{link.Target}").Order(StringComparer.Ordinal));
        var name = $"links/{ContentHash.Of(Encoding.UTF8.GetBytes(text))}";
        foreach (var link in links)
            root.Symlink($"{name}/{link.Path}", link.Target);
        return $"{_path}/{name}";
    });

    /// <summary>Puts a file of ours in the place of the one with this name, for ourselves to read.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.StateUnwritable"/>.</exception>
    public void Keep(string name, string content) => Guarded(() =>
    {
        using var root = OpenRoot();
        root.Replace(name, Encoding.UTF8.GetBytes(content), OwnersAlone);
        return name;
    });

    /// <summary>The directory's path on this host.</summary>
    internal string Path => _path;

    /// <summary>The directory, made where it is missing.</summary>
    internal RootedDirectory OpenRoot()
    {
        if (TryOpenRoot() is { } present)
            return present;
        using (var system = RootedDirectory.Open("/", default))
            system.MakeDirectory(_path, OwnOnly);
        return TryOpenRoot() ?? throw LinuxException.Last("open", _path);
    }

    /// <returns><see langword="null"/> when it is not there.</returns>
    internal RootedDirectory? TryOpenRoot()
    {
        var directory = Libc.TryOpenAt(Libc.AtFdCwd, _path, OpenFlags.Path | Libc.Directory | Libc.NoFollow, Resolve.None, out var errno);
        if (directory is null)
            return errno == Errno.NoEntry ? null : throw LinuxException.Of("open", _path, errno);
        if (Libc.Stat(directory).IsOursAlone)
            return new RootedDirectory(directory, _path);
        directory.Dispose();
        throw new GpuRuntimeException(ErrorCode.StateUnwritable, $"The state directory {_path} belongs to somebody else or is writable by others; make it root's own (mode 0700).");
    }

    private string Guarded(Func<string> action)
    {
        try
        {
            return action();
        }
        catch (LinuxException exception)
        {
            throw new GpuRuntimeException(
                ErrorCode.StateUnwritable, $"The state directory {_path} cannot be used: {exception.Message}. Make it writable, or set stateDirectory in the configuration.", exception);
        }
    }
}
