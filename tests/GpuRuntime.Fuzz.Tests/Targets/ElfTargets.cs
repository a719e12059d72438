using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.Fuzz.Tests.Inputs;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>A library's file: its dynamic section, its symbols, and the note that says which drivers an image's own libcuda serves.</summary>
internal static class ElfTargets
{
    private static readonly InputFile File = new();
    private static readonly ForwardCompatibility Host = new("/usr/local/cuda/compat", DottedVersion.Parse("550.163.01")!, DottedVersion.Parse("12.4"));

    public static void RunDynamic(ReadOnlySpan<byte> input)
    {
        var file = File.Hold(input);
        _ = ElfFile.ReadSharedObject(file);
        _ = ElfSymbols.Exports(file, "cuInit");
        _ = ElfSymbols.Exports(file, NvidiaSymbol);
    }

    public static void RunNote(ReadOnlySpan<byte> input) =>
        _ = ForwardCompatibilityRule.Prefers(Host, DottedVersion.Parse("570.10")!, ElfNote.Read(File.Hold(input), ForwardCompatibilityRule.NoteSection, ForwardCompatibilityRule.NoteOwner));

    private const string NvidiaSymbol = Core.Limits.NvidiaMemoryLimit.Symbol;
}
