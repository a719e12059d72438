using System.Collections.Immutable;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>
/// The run-time libraries of C and C++. They are one with the image's loader and programs, so that a host's copy would break those, and
/// always are the image's own.
/// </summary>
internal static class ImageLibraries
{
    private static readonly ImmutableArray<string> Names =
    [
        "libc", "libm", "libmvec", "libdl", "libpthread", "librt", "libresolv", "libutil", "libnsl", "libanl", "libgcc_s", "libstdc++",
    ];

    /// <param name="soname">What a library asks the loader for, such as <c>libm.so.6</c>.</param>
    public static bool Include(string soname) =>
        soname.StartsWith("ld-linux", StringComparison.Ordinal)
        || (soname.IndexOf(".so", StringComparison.Ordinal) is var end and > 0 && Names.Contains(soname[..end]));
}
