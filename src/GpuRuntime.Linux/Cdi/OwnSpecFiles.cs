using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Cdi;

/// <summary>
/// The specifications of ours in a directory: one file a vendor, such as <c>gpu-runtime-nvidia.yaml</c>, and no other file of anybody's. A file is
/// replaced by rename, so that an engine that reads it at that moment sees the old one or the new one.
/// </summary>
/// <param name="directory">Absolute path; made when something is written.</param>
public sealed class OwnSpecFiles(string directory)
{
    private const uint ReadableByAll = 0b110_100_100;
    private const uint DirectoryMode = 0b111_101_101;

    public string PathOf(GpuVendor vendor, CdiFormat format) => $"{directory.TrimEnd('/')}/{Name(vendor, format)}";

    /// <summary>Whether a path is that of the vendor's file, in whichever format.</summary>
    public bool Is(GpuVendor vendor, string path) => path == PathOf(vendor, CdiFormat.Yaml) || path == PathOf(vendor, CdiFormat.Json);

    /// <summary>The format of the vendor's file; <see langword="null"/> when there is none.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecUnwritable"/>: the directory is none.</exception>
    public CdiFormat? FormatOf(GpuVendor vendor)
    {
        try
        {
            using var files = Open();
            return files is null ? null : Has(files, vendor, CdiFormat.Yaml) ? CdiFormat.Yaml : Has(files, vendor, CdiFormat.Json) ? CdiFormat.Json : null;
        }
        catch (LinuxException exception)
        {
            throw Unwritable(directory, exception);
        }
    }

    /// <summary>Puts the vendor's file in the place of the one that is there, in whichever format.</summary>
    /// <returns>Whether anything had to be written: a file with this very content stays.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecUnwritable"/>; what was there is there.</exception>
    public bool Write(GpuVendor vendor, CdiFormat format, ReadOnlySpan<byte> content)
    {
        try
        {
            using (var system = RootedDirectory.Open("/", default))
                system.MakeDirectory(directory, DirectoryMode);
            using var files = Open() ?? throw LinuxException.Of("open", directory, Errno.NoEntry);
            // Two files with the same devices would leave both without any.
            var other = format == CdiFormat.Yaml ? CdiFormat.Json : CdiFormat.Yaml;
            return Has(files, vendor, other)
                ? files.ReplaceAs(Name(vendor, format), Name(vendor, other), content, ReadableByAll)
                : files.Replace(Name(vendor, format), content, ReadableByAll);
        }
        catch (LinuxException exception)
        {
            throw Unwritable(PathOf(vendor, format), exception);
        }
    }

    /// <returns>Whether there was one.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecUnwritable"/>.</exception>
    public bool Remove(GpuVendor vendor)
    {
        try
        {
            using var files = Open();
            return files is not null && (Delete(files, vendor, CdiFormat.Yaml) | Delete(files, vendor, CdiFormat.Json));
        }
        catch (LinuxException exception)
        {
            throw Unwritable(directory, exception);
        }
    }

    private static string Name(GpuVendor vendor, CdiFormat format) => $"gpu-runtime-{vendor.Word()}.{(format == CdiFormat.Yaml ? "yaml" : "json")}";

    // Whatever it is: under our name a link too is ours, though not what it leads to.
    private static bool Has(RootedDirectory files, GpuVendor vendor, CdiFormat format) => files.HasFile(Name(vendor, format));

    private static bool Delete(RootedDirectory files, GpuVendor vendor, CdiFormat format)
    {
        if (!Has(files, vendor, format))
            return false;
        files.Delete(Name(vendor, format));
        return true;
    }

    private RootedDirectory? Open() =>
        Libc.TryOpenAt(Libc.AtFdCwd, directory, OpenFlags.Path | Libc.Directory, Resolve.None, out var errno) is { } descriptor ? new RootedDirectory(descriptor, directory)
        : errno == Errno.NoEntry ? null
        : throw LinuxException.Of("open", directory, errno);

    private static GpuRuntimeException Unwritable(string path, LinuxException exception) =>
        new(ErrorCode.CdiSpecUnwritable, $"The CDI specification {path} cannot be written: {exception.Message}. Make its directory writable, or give another with --output.", exception);
}
