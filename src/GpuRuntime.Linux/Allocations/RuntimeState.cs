using System.Collections.Immutable;
using System.Text.Json;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// Whether a container is still there for its low-level runtime, by the file that this keeps of it: runc's and youki's <c>state.json</c>, crun's
/// <c>status</c>. Of these formats only the first process is read, which stands at their beginning.
/// </summary>
internal static class RuntimeState
{
    private const int Beginning = 4096;

    /// <summary>runc's and youki's, crun's.</summary>
    public static ImmutableArray<string> FileNames { get; } = ["state.json", "status"];

    /// <summary>The container's first process runs: a stopped container holds nothing, though it may not be deleted yet.</summary>
    /// <param name="directory">The container's own directory below the runtime's root.</param>
    /// <exception cref="LinuxException">It cannot be told: what stands there cannot be read.</exception>
    public static bool IsRunning(string directory)
    {
        foreach (var name in FileNames)
        {
            var path = $"{directory}/{name}";
            using var file = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out var errno);
            if (file is not null)
                return Process(file, path) is { } process && IsAlive(process);
            if (errno is not (Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks or Errno.NameTooLong or Errno.NoDeviceOrAddress))
                throw LinuxException.Of("open", path, errno);
        }

        return false;
    }

    // Where a runtime keeps no start time (youki), whoever has the number counts as the container's.
    private static bool IsAlive(ProcessIdentity process) =>
        ProcessStat.Of(process.Pid) is { } present && (process.StartTime == 0 || process.StartTime == present.StartTime);

    private static ProcessIdentity? Process(FileDescriptor file, string path)
    {
        Span<byte> buffer = stackalloc byte[Beginning];
        var text = buffer[..Read(file, buffer, path)];
        var pid = 0;
        long start = 0;
        var reader = new Utf8JsonReader(text, isFinalBlock: false, default);
        try
        {
            while ((pid == 0 || start == 0) && reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                var isPid = reader.ValueTextEquals("init_process_pid"u8) || reader.ValueTextEquals("pid"u8);
                var isStart = reader.ValueTextEquals("init_process_start"u8) || reader.ValueTextEquals("process-start-time"u8);
                if (!reader.Read())
                    break;
                if (isPid && reader.TokenType == JsonTokenType.Number)
                    _ = reader.TryGetInt32(out pid);
                else if (isStart && reader.TokenType == JsonTokenType.Number)
                    _ = reader.TryGetInt64(out start);
            }
        }
        catch (JsonException)
        {
            // Half a file: what its runtime wrote last never became whole, and it says itself that there is no such container.
            return null;
        }

        return pid > 0 ? new ProcessIdentity(pid, start) : null;
    }

    private static int Read(FileDescriptor file, Span<byte> buffer, string path)
    {
        var length = 0;
        while (length < buffer.Length)
        {
            var count = Libc.ReadSome(file, buffer[length..], out var errno);
            // A directory or an open pipe of that name is no runtime's.
            if (count == 0 || errno is Errno.IsDirectory or Errno.TryAgain)
                break;
            if (count < 0)
                throw LinuxException.Of("read", path, errno);
            length += count;
        }

        return length;
    }
}
