using System.Runtime.InteropServices;

namespace GpuRuntime.Linux.Interop;

/// <summary>How programs are attached to a cgroup (linux/bpf.h).</summary>
[Flags]
internal enum BpfAttachFlags : uint
{
    None = 0,
    AllowOverride = 1,
    AllowMultiple = 2,
    Replace = 4,
}

/// <summary>bpf(2) for programs of a cgroup's devices. https://man7.org/linux/man-pages/man2/bpf.2.html, structures of linux/bpf.h</summary>
internal static unsafe partial class Libc
{
    private const int ProgramLoad = 5;
    private const int ProgramAttach = 8;
    private const int ProgramById = 13;
    private const int ObjectInformation = 15;
    private const int ProgramQuery = 16;
    private const uint DeviceProgramType = 15;
    private const uint DeviceAttachType = 6;

    private static nint BpfNumber => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    /// <summary>The ids of the device programs that are attached to a cgroup itself.</summary>
    internal static uint[] DevicePrograms(FileDescriptor cgroup, out BpfAttachFlags flags)
    {
        // The kernel takes 64 at most for one cgroup (BPF_CGROUP_MAX_PROGS).
        var ids = stackalloc uint[64];
        var query = new QueryAttributes { Cgroup = cgroup.Number, AttachType = DeviceAttachType, ProgramIds = (ulong)ids, ProgramCount = 64 };
        if (Bpf(ProgramQuery, &query, sizeof(QueryAttributes)) < 0)
            throw LinuxException.Last("bpf", "(BPF_PROG_QUERY) of the cgroup");
        flags = (BpfAttachFlags)query.AttachFlags;
        return new ReadOnlySpan<uint>(ids, (int)query.ProgramCount).ToArray();
    }

    internal static FileDescriptor OpenDeviceProgram(uint id)
    {
        var attributes = new IdAttributes { Id = id };
        return Descriptor(Bpf(ProgramById, &attributes, sizeof(IdAttributes)), "(BPF_PROG_GET_FD_BY_ID)");
    }

    /// <summary>The instructions of a program as the kernel keeps them; nothing where it does not show them.</summary>
    internal static ulong[] DeviceProgramInstructions(FileDescriptor program)
    {
        var information = new ProgramInformation();
        var attributes = new InformationAttributes { Object = program.Number, Length = (uint)sizeof(ProgramInformation), Information = (ulong)&information };
        if (Bpf(ObjectInformation, &attributes, sizeof(InformationAttributes)) < 0)
            throw LinuxException.Last("bpf", "(BPF_OBJ_GET_INFO_BY_FD) of the program");
        var instructions = new ulong[information.TranslatedLength / sizeof(ulong)];
        fixed (ulong* start = instructions)
        {
            information = new ProgramInformation { TranslatedLength = (uint)(instructions.Length * sizeof(ulong)), Translated = (ulong)start };
            if (Bpf(ObjectInformation, &attributes, sizeof(InformationAttributes)) < 0)
                throw LinuxException.Last("bpf", "(BPF_OBJ_GET_INFO_BY_FD) of the program");
        }

        return information.Translated == 0 || information.TranslatedLength != instructions.Length * sizeof(ulong) ? [] : instructions;
    }

    internal static FileDescriptor LoadDeviceProgram(ReadOnlySpan<ulong> instructions)
    {
        fixed (ulong* start = instructions)
        fixed (byte* license = Path(""))
        {
            var attributes = new LoadAttributes
            {
                ProgramType = DeviceProgramType,
                InstructionCount = (uint)instructions.Length,
                Instructions = (ulong)start,
                License = (ulong)license,
                ExpectedAttachType = DeviceAttachType,
            };
            "gpu_runtime"u8.CopyTo(new Span<byte>(attributes.Name, LoadAttributes.NameLength));
            return Descriptor(Bpf(ProgramLoad, &attributes, sizeof(LoadAttributes)), "(BPF_PROG_LOAD)");
        }
    }

    /// <summary>Attaches a program in the place of another, in one step.</summary>
    /// <param name="flags">How the cgroup's programs are attached, by <see cref="DevicePrograms"/>.</param>
    internal static void ReplaceDeviceProgram(FileDescriptor cgroup, FileDescriptor old, FileDescriptor replacement, BpfAttachFlags flags)
    {
        // Where only one program can be attached, attaching a second one replaces the first.
        var isOneOfSeveral = flags.HasFlag(BpfAttachFlags.AllowMultiple);
        AttachDeviceProgram(cgroup, replacement, isOneOfSeveral ? flags | BpfAttachFlags.Replace : flags, isOneOfSeveral ? old : null);
    }

    /// <param name="replaced">The program whose place it takes, with <see cref="BpfAttachFlags.Replace"/>.</param>
    internal static void AttachDeviceProgram(FileDescriptor cgroup, FileDescriptor program, BpfAttachFlags flags, FileDescriptor? replaced = null)
    {
        var attributes = new AttachAttributes
        {
            Cgroup = cgroup.Number,
            Program = program.Number,
            AttachType = DeviceAttachType,
            Flags = (uint)flags,
            Replaced = replaced?.Number ?? 0,
        };
        if (Bpf(ProgramAttach, &attributes, sizeof(AttachAttributes)) < 0)
            throw LinuxException.Last("bpf", "(BPF_PROG_ATTACH) to the cgroup");
    }

    // The kernel sets close-on-exec on every descriptor that bpf(2) returns.
    private static FileDescriptor Descriptor(nint result, string command) =>
        result >= 0 ? new FileDescriptor((int)result) : throw LinuxException.Last("bpf", $"{command} for the cgroup's devices");

    private static nint Bpf(int command, void* attributes, int size) => Syscall(BpfNumber, command, (nint)attributes, size, 0, 0);

    private struct LoadAttributes
    {
        public const int NameLength = 16;

        public uint ProgramType;
        public uint InstructionCount;
        public ulong Instructions;
        public ulong License;
        public uint LogLevel;
        public uint LogSize;
        public ulong Log;
        public uint KernelVersion;
        public uint Flags;
        public fixed byte Name[NameLength];
        public uint InterfaceIndex;
        public uint ExpectedAttachType;
    }

    private struct AttachAttributes
    {
        public int Cgroup;
        public int Program;
        public uint AttachType;
        public uint Flags;
        public int Replaced;
    }

    private struct IdAttributes
    {
        public uint Id;
        public uint NextId;
        public uint OpenFlags;
    }

    private struct InformationAttributes
    {
        public int Object;
        public uint Length;
        public ulong Information;
    }

    private struct QueryAttributes
    {
        public int Cgroup;
        public uint AttachType;
        public uint QueryFlags;
        public uint AttachFlags;
        public ulong ProgramIds;
        public uint ProgramCount;
        public uint Padding;
    }

    /// <summary>The beginning of struct bpf_prog_info.</summary>
    private struct ProgramInformation
    {
        public uint Type;
        public uint Id;
        public ulong Tag;
        public uint CompiledLength;
        public uint TranslatedLength;
        public ulong Compiled;
        public ulong Translated;
    }
}
