using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Processes;

/// <summary>Docker's command line, which the plugin becomes.</summary>
public static class DockerProgram
{
    public const string Name = "docker";

    /// <param name="caller">The docker that called the plugin, where it said so; a name without a directory is looked up like any other.</param>
    /// <param name="searchPath">The PATH variable.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerUnavailable"/>.</exception>
    public static string Find(string? caller, string? searchPath) =>
        LowLevelRuntime.TryFind(string.IsNullOrEmpty(caller) ? [Name] : [caller, Name], searchPath)
        ?? throw new GpuRuntimeException(ErrorCode.DockerUnavailable, "No docker was found on the PATH; install docker's command line (Debian: docker-cli, before trixie docker.io).");

    /// <summary>Asks docker something, and waits for its answer.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerUnavailable"/>.</exception>
    public static string Ask(string program, params string[] arguments)
    {
        try
        {
            return VendorTool.Read(program, [], arguments);
        }
        catch (GpuRuntimeException exception)
        {
            throw new GpuRuntimeException(ErrorCode.DockerUnavailable, $"Docker has to tell its version, since what --gpus says goes to it in another way before Docker 24, and it does not: {exception.Message}", exception);
        }
    }

    /// <summary>Becomes docker: same process, same terminal, same exit status. Returns only by throwing.</summary>
    /// <param name="arguments">Everything behind the program's name, each with its NUL.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerUnavailable"/>.</exception>
    public static void Become(string program, IEnumerable<byte[]> arguments)
    {
        var errno = Libc.Execute(program, [Libc.Path(program), .. arguments]);
        throw new GpuRuntimeException(ErrorCode.DockerUnavailable, $"Docker cannot be started: {LinuxException.Of("exec", program, errno).Message}.");
    }

    /// <summary>An argument of our own, as <see cref="Become"/> takes it.</summary>
    public static byte[] Argument(string text) => Libc.Path(text);
}
