namespace GpuRuntime.Core.Inventory;

/// <summary>Architectures of shared objects that NVIDIA ships drivers for.</summary>
public enum LibraryArchitecture
{
    Unknown,
    X64,
    X86,
    Arm64,
    Arm,
}
