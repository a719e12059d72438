using System.Runtime.InteropServices;

namespace GpuRuntime.Core.Inventory;

/// <summary>What distributions call an architecture.</summary>
public static class LibraryArchitectures
{
    /// <summary>That of this program, and so of the host's own programs.</summary>
    public static LibraryArchitecture Native =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? LibraryArchitecture.Arm64 : LibraryArchitecture.X64;

    /// <summary>Debian's name, which is part of the path of library directories.</summary>
    public static string Triplet(this LibraryArchitecture architecture) => architecture switch
    {
        LibraryArchitecture.X64 => "x86_64-linux-gnu",
        LibraryArchitecture.Arm64 => "aarch64-linux-gnu",
        LibraryArchitecture.X86 => "i386-linux-gnu",
        _ => "arm-linux-gnueabihf",
    };
}
