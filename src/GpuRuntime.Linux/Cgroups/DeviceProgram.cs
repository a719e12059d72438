using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Linux.Cgroups;

/// <summary>
/// A cgroup's device program (BPF_PROG_TYPE_CGROUP_DEVICE): asked for every open and mknod of a node, it answers 1 to allow and 0 to deny.
/// Ours is the program that was there, instruction for instruction, with a few of ours in front that allow reading and writing of some nodes
/// and leave every other question to it. So whatever it allowed and denied, and whoever made it, stays; a program made anew from config.json
/// would have to guess which devices a low-level runtime allows by itself, and what systemd or an admin attached instead.
/// </summary>
internal static class DeviceProgram
{
    // Registers: the kernel hands the question over in 1, and a program may read no other before it has set it.
    private const int Answer = 0;
    private const int Question = 1;
    private const int Type = 2;
    private const int Access = 3;
    private const int Major = 4;
    private const int Minor = 5;

    // struct bpf_cgroup_dev_ctx and BPF_DEVCG_* of linux/bpf.h
    private const short AccessAndType = 0;
    private const short MajorNumber = 4;
    private const short MinorNumber = 8;
    private const int TypeBits = 0xffff;
    private const int AccessShift = 16;
    private const uint CharacterDevice = 2;
    private const uint Read = 2;
    private const uint Write = 4;

    /// <summary>The new program, <paramref name="existing"/> included; the same when it begins with ours already.</summary>
    public static IReadOnlyList<BpfInstruction> Allowing(IEnumerable<DeviceNode> nodes, IReadOnlyList<BpfInstruction> existing)
    {
        var front = Front(nodes);
        return existing.Take(front.Count).SequenceEqual(front) ? existing : [.. front, .. existing];
    }

    /// <summary>What keeps a program that the kernel shows from being loaded again; <see langword="null"/> when nothing does.</summary>
    public static string? Obstacle(IReadOnlyList<BpfInstruction> program)
    {
        if (program.Count == 0 || program.All(instruction => instruction == default))
            return "the kernel does not show its instructions";
        // Registers beyond the last appear where the kernel hides constants from attackers.
        if (program.Any(instruction => instruction.Destination > BpfInstruction.LastRegister || instruction.Source > BpfInstruction.LastRegister))
            return "its constants are blinded (net.core.bpf_jit_harden=2)";
        return program.Any(instruction => instruction.Code is BpfInstruction.Call or BpfInstruction.LoadImmediate64)
            ? "it uses maps or calls, which the kernel shows no more as they were loaded"
            : null;
    }

    private static IReadOnlyList<BpfInstruction> Front(IEnumerable<DeviceNode> nodes)
    {
        var code = new BpfAssembler();
        var (allow, leave) = (new BpfLabel(), new BpfLabel());
        code.Load32(Type, Question, AccessAndType);
        code.Move32(Access, Type);
        code.ShiftRight32(Access, AccessShift);
        code.And32(Type, TypeBits);
        code.JumpIfNotEqual32(Type, CharacterDevice, leave);
        code.JumpIfAnyBit32(Access, ~(Read | Write), leave);
        code.Load32(Major, Question, MajorNumber);
        code.Load32(Minor, Question, MinorNumber);
        foreach (var sameMajor in nodes.GroupBy(node => node.Major))
        {
            var next = new BpfLabel();
            code.JumpIfNotEqual32(Major, sameMajor.Key, next);
            foreach (var minor in sameMajor.Select(node => node.Minor).Distinct())
                code.JumpIfEqual32(Minor, minor, allow);
            code.Place(next);
        }

        code.Jump(leave);
        code.Place(allow);
        code.Set32(Answer, 1);
        code.Exit();
        code.Place(leave);
        return code.Assemble();
    }
}
