using System.Collections.Immutable;
using System.Text.Json;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Allocations;

/// <summary>A container that runs, as its entry in the ledger leads to it.</summary>
/// <param name="FirstProcess">Alive when it was looked at.</param>
/// <param name="Cgroups">
/// What the directory of its cgroup ends with. As its low-level runtime writes it down: an absolute directory (runc), or the path in the hierarchy
/// (crun); else the names that engines give to the cgroup of a container with this id.
/// </param>
/// <param name="IsCgroupKnown">Its low-level runtime has told: the container is in no other cgroup.</param>
public sealed record StartedContainer(ProcessIdentity FirstProcess, ImmutableArray<string> Cgroups, bool IsCgroupKnown)
{
    private const int LargestState = 4 << 20;

    /// <returns><see langword="null"/> when the container does not run: not yet, or not any more.</returns>
    public static StartedContainer? Of(AllocationEntry entry)
    {
        if (entry.RuntimeState is not { } directory)
            return ProcessStat.IsAlive(entry.Process) ? Guessed(entry, entry.Process) : null;
        foreach (var name in RuntimeState.FileNames)
        {
            using var file = Libc.TryOpenAt(Libc.AtFdCwd, $"{directory}/{name}", OpenFlags.ReadOnly | OpenFlags.NonBlock, Resolve.None, out _);
            if (file is not null)
                return FileContent.ReadAll(file, LargestState, out _) is { } content ? Read(entry, content) : null;
        }

        return null;
    }

    // runc's and youki's state.json, crun's status.
    private static StartedContainer? Read(AllocationEntry entry, byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || (Number(root, "init_process_pid") ?? Number(root, "pid")) is not (> 0 and <= int.MaxValue and var pid))
                return null;
            var start = Number(root, "init_process_start") ?? Number(root, "process-start-time") ?? 0;
            // Where a runtime keeps no start time (youki), it is whoever has the number now.
            if (ProcessStat.Of((int)pid) is not { } process || (start != 0 && start != process.StartTime))
                return null;
            return CgroupsOf(root) is { IsEmpty: false } cgroups ? new StartedContainer(process, cgroups, true) : Guessed(entry, process);
        }
        catch (JsonException)
        {
            // Half a file: what its runtime wrote last never became whole.
            return null;
        }
    }

    // /docker/ID, docker-ID.scope, libpod-ID.scope, cri-containerd-ID.scope, crio-ID.scope.
    private static StartedContainer Guessed(AllocationEntry entry, ProcessIdentity process) => new(process, [$"/{entry.Container}", $"-{entry.Container}.scope"], false);

    private static ImmutableArray<string> CgroupsOf(JsonElement root)
    {
        var cgroups = ImmutableArray.CreateBuilder<string>();
        if (root.TryGetProperty("cgroup_paths", out var paths) && paths.ValueKind == JsonValueKind.Object)
        {
            foreach (var path in paths.EnumerateObject())
                Add(path.Value);
        }

        if (root.TryGetProperty("cgroup-path", out var single))
            Add(single);
        return cgroups.ToImmutable();

        void Add(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString()?.TrimEnd('/') is { Length: > 1 } path)
                cgroups.Add(path.StartsWith('/') ? path : $"/{path}");
        }
    }

    private static long? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
