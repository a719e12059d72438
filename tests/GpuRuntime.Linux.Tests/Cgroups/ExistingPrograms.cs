using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Device programs as low-level runtimes, systemd and admins attach them.</summary>
internal static class ExistingPrograms
{
    private const int Read = 2;
    private const int Write = 4;
    private const int All = 7;
    private const uint Block = 1;
    private const uint Character = 2;

    public const string DeniesAll = "denies all";
    public const string AllowsAll = "allows all";
    public const string OfRunc = "of runc 1.1.5";
    public const string LikeSystemd = "like systemd's";
    public const string ReadsOneOfOurs = "allows reading one of ours";
    public const string DeniesOneOfOurs = "denies one of ours, allows all else";

    public static IReadOnlyList<BpfInstruction> DenyAll { get; } = Ending(0);

    public static IReadOnlyList<BpfInstruction> AllowAll { get; } = Ending(1);

    public static string[] Names => [DeniesAll, AllowsAll, OfRunc, LikeSystemd, ReadsOneOfOurs, DeniesOneOfOurs];

    public static IReadOnlyList<BpfInstruction> Named(string name) => name switch
    {
        DeniesAll => DenyAll,
        AllowsAll => AllowAll,
        OfRunc => RuncProgram.Instructions,
        LikeSystemd => Ending(
            0, (Character, 1, 3, All, 1), (Character, 10, null, Read | Write, 1), (Character, 122, null, Read, 1), (Block, 122, null, All, 1)),
        ReadsOneOfOurs => Ending(0, (Character, 122, 0, Read, 1)),
        DeniesOneOfOurs => Ending(1, (Character, 122, 0, All, 0)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static FileDescriptor Load(IReadOnlyList<BpfInstruction> program) =>
        Libc.LoadDeviceProgram([.. program.Select(instruction => instruction.ToWord())]);

    /// <summary>The first rule that fits answers; where none does, the last answer holds.</summary>
    private static IReadOnlyList<BpfInstruction> Ending(int otherwise, params (uint Type, uint Major, uint? Minor, int Access, int Answer)[] rules)
    {
        var code = new BpfAssembler();
        code.Load32(2, 1, 0);
        code.Move32(3, 2);
        code.And32(2, 0xffff);
        code.ShiftRight32(3, 16);
        code.Load32(4, 1, 4);
        code.Load32(5, 1, 8);
        foreach (var (type, major, minor, access, answer) in rules)
        {
            var next = new BpfLabel();
            code.JumpIfNotEqual32(2, type, next);
            code.JumpIfAnyBit32(3, (uint)~access, next);
            code.JumpIfNotEqual32(4, major, next);
            if (minor is { } number)
                code.JumpIfNotEqual32(5, number, next);
            code.Set32(0, answer);
            code.Exit();
            code.Place(next);
        }

        code.Set32(0, otherwise);
        code.Exit();
        return code.Assemble();
    }
}
