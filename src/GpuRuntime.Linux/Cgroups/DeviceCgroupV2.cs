using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>
/// Version 2: a program that is attached to the cgroup. It is replaced by one that allows more, in one step: at no moment does the container
/// run without a program, or with one that denies what it may.
/// </summary>
internal sealed class DeviceCgroupV2(FileDescriptor directory, string path) : DeviceCgroup(directory, path)
{
    // For taking the replacement back.
    private FileDescriptor? _old;
    private FileDescriptor? _replacement;

    private const string Shim = "The runtime gpu-runtime (docker run --runtime=gpu-runtime) needs no such change";

    protected override void AllowNodes(ImmutableArray<DeviceNode> nodes, UndoLog undo)
    {
        var ids = Libc.DevicePrograms(Directory, out var flags);
        if (ids.Length == 0)
            return;
        if (ids.Length > 1)
            throw Unchangeable($"{ids.Length} device programs are attached to {Path} (bpftool cgroup list), all of which must allow a device, so that it is not ours to say which of them to change. {Shim}.");
        var old = _old = Libc.OpenDeviceProgram(ids[0]);
        ImmutableArray<BpfInstruction> existing = [.. Libc.DeviceProgramInstructions(old).Select(BpfInstruction.Of)];
        if (DeviceProgram.Obstacle(existing) is { } obstacle)
            throw Unchangeable($"The device program {ids[0]} of {Path} cannot be read and extended: {obstacle}. {Shim}.");
        var allowing = DeviceProgram.Allowing(nodes, existing);
        if (allowing.Count == existing.Length)
            return;
        var replacement = _replacement = Libc.LoadDeviceProgram([.. allowing.Select(instruction => instruction.ToWord())]);
        Libc.ReplaceDeviceProgram(Directory, old, replacement, flags);
        undo.Add(Path, () => Libc.ReplaceDeviceProgram(Directory, replacement, old, flags));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _old?.Dispose();
            _replacement?.Dispose();
        }

        base.Dispose(disposing);
    }

    protected override string Advice(Errno errno) => errno switch
    {
        Errno.NoEntry => $" The program is attached by a link of its owner's (bpf_link), or was replaced in the meantime. {Shim}.",
        Errno.NoSystemCall => $" This kernel is built without BPF (CONFIG_BPF_SYSCALL, CONFIG_CGROUP_BPF). {Shim}.",
        Errno.NotPermitted => $" CAP_BPF or CAP_SYS_ADMIN is needed, and kernel lockdown or a seccomp filter may forbid it. {Shim}.",
        _ => $" {Shim}.",
    };
}
