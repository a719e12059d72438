using System.Runtime.InteropServices;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>What of bpf(2) only tests need: programs that are run at once, maps, and links. Structures of linux/bpf.h.</summary>
internal static unsafe partial class KernelBpf
{
    private const int MapCreate = 0;
    private const int ProgramLoad = 5;
    private const int ProgramTestRun = 10;
    private const int LinkCreate = 28;
    private const uint ClassifierType = 3;
    private const uint ArrayType = 2;
    private const uint DeviceAttachType = 6;
    private const int PacketFieldsSize = 192;
    private const int MarkIndex = 2;

    private static nint BpfNumber => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    /// <summary>Runs a program once, as one that classifies packets, which may be run without a device.</summary>
    /// <param name="mark">What the program finds at offset 8 of its context (<c>__sk_buff.mark</c>): nothing that the verifier knows.</param>
    /// <param name="packetLength">What it finds at offset 0.</param>
    /// <returns>Register 0.</returns>
    public static uint Run(IReadOnlyList<BpfInstruction> program, uint mark, int packetLength)
    {
        using var loaded = LoadClassifier([.. program.Select(instruction => instruction.ToWord())]);
        var packet = new byte[packetLength];
        var fields = new uint[PacketFieldsSize / sizeof(uint)];
        fields[MarkIndex] = mark;
        fixed (byte* data = packet)
        fixed (uint* context = fields)
        {
            var run = new RunAttributes
            {
                Program = loaded.Number,
                DataSize = (uint)packetLength,
                Data = (ulong)data,
                ContextSize = PacketFieldsSize,
                Context = (ulong)context,
            };
            Checked("(BPF_PROG_TEST_RUN)", Bpf(ProgramTestRun, &run, sizeof(RunAttributes)));
            return run.Answer;
        }
    }

    /// <summary>An array of one number.</summary>
    public static FileDescriptor CreateMap()
    {
        var attributes = new MapAttributes { Type = ArrayType, KeySize = sizeof(uint), ValueSize = sizeof(uint), MostEntries = 1 };
        return new FileDescriptor(Checked("(BPF_MAP_CREATE)", Bpf(MapCreate, &attributes, sizeof(MapAttributes))));
    }

    /// <summary>Attaches a program in the other way that there is: until the link is closed.</summary>
    public static FileDescriptor Link(FileDescriptor cgroup, FileDescriptor program)
    {
        var attributes = new LinkAttributes { Program = program.Number, Cgroup = cgroup.Number, AttachType = DeviceAttachType };
        return new FileDescriptor(Checked("(BPF_LINK_CREATE)", Bpf(LinkCreate, &attributes, sizeof(LinkAttributes))));
    }

    private static FileDescriptor LoadClassifier(ulong[] instructions)
    {
        fixed (ulong* start = instructions)
        fixed (byte* license = "\0"u8)
        {
            var attributes = new LoadAttributes
            {
                Type = ClassifierType,
                Count = (uint)instructions.Length,
                Instructions = (ulong)start,
                License = (ulong)license,
            };
            return new FileDescriptor(Checked("(BPF_PROG_LOAD)", Bpf(ProgramLoad, &attributes, sizeof(LoadAttributes))));
        }
    }

    private static int Checked(string command, nint result)
    {
        if (result >= 0)
            return (int)result;
        var failure = LinuxException.Last("bpf", command);
        if (failure.Errno is Errno.NotPermitted or Errno.NoSystemCall)
            Assert.Ignore($"this machine lets no BPF program be loaded: {failure.Message}");
        throw failure;
    }

    private static nint Bpf(int command, void* attributes, int size) => Syscall(BpfNumber, command, (nint)attributes, size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint command, nint attributes, nint size);

    private struct LoadAttributes
    {
        public uint Type;
        public uint Count;
        public ulong Instructions;
        public ulong License;
    }

    private struct RunAttributes
    {
        public int Program;
        public uint Answer;
        public uint DataSize;
        public uint DataSizeOut;
        public ulong Data;
        public ulong DataOut;
        public uint Repeat;
        public uint Duration;
        public uint ContextSize;
        public uint ContextSizeOut;
        public ulong Context;
        public ulong ContextOut;
    }

    private struct MapAttributes
    {
        public uint Type;
        public uint KeySize;
        public uint ValueSize;
        public uint MostEntries;
    }

    private struct LinkAttributes
    {
        public int Program;
        public int Cgroup;
        public uint AttachType;
        public uint Flags;
    }
}
