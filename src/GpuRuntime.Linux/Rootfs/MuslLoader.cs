using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Rootfs;

/// <summary>
/// musl has no cache: its loader searches the directories in <c>/etc/ld-musl-ARCH.path</c>, or three of its own when that file is
/// missing (musl: ldso/dynlink.c). Injected directories go behind them.
/// </summary>
internal static class MuslLoader
{
    private const string Defaults = "/lib\n/usr/local/lib\n/usr/lib";
    private const int LargestPathFile = 1 << 16;
    private const uint ReadableByAll = 0b110_100_100;

    private static readonly ImmutableArray<string> Architectures = ["x86_64", "aarch64"];

    /// <returns>Whether this is an image with musl's loader.</returns>
    public static bool Prepare(RootedDirectory rootfs, ImmutableArray<string> directories)
    {
        var found = Architectures.Where(architecture => rootfs.Exists($"/lib/ld-musl-{architecture}.so.1")).ToList();
        foreach (var architecture in found)
        {
            var path = $"/etc/ld-musl-{architecture}.path";
            var content = rootfs.Read(path, LargestPathFile) is { } existing ? Encoding.UTF8.GetString(existing).TrimEnd() : Defaults;
            var present = content.Split(['\n', ':'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            var missing = directories.Where(directory => !present.Contains(directory)).ToList();
            if (missing.Count > 0)
                rootfs.Replace(path, Encoding.UTF8.GetBytes($"{content}\n{string.Join('\n', missing)}\n"), ReadableByAll);
        }

        return found.Count > 0;
    }
}
