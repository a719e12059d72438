using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Cdi;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands.Cdi;

/// <summary>Brings our files in a directory of specifications up to date.</summary>
/// <param name="directory">Absolute path.</param>
/// <param name="format"><see langword="null"/> = that of the file which is there, else YAML.</param>
/// <param name="isQuiet">Says nothing of a file that stays as it is, warnings included: who was told of them when it was written knows them.</param>
internal sealed class SpecUpdate(string directory, CdiFormat? format, bool isQuiet)
{
    private const int Failed = 1;

    private readonly OwnSpecFiles _files = new(directory);

    /// <param name="named">The directory that the user named, if any.</param>
    public static SpecUpdate In(string? named, CdiFormat? format, RuntimeConfiguration configuration, bool isQuiet = false)
    {
        if (named is null && configuration.CdiSpecDirectories.IsEmpty)
            throw new GpuRuntimeException(ErrorCode.CdiSpecUnwritable, "cdi.specDirs of the configuration names no directory for specifications; name one, or give it with --output.");
        // Of several directories the last has precedence; by default it is the one that a boot empties.
        return new SpecUpdate(Path.GetFullPath(named ?? configuration.CdiSpecDirectories[^1]), format, isQuiet);
    }

    /// <returns>The exit status: 1 when a vendor's specification could not be made or written.</returns>
    public int Run(ImmutableArray<CurrentSpec> specs)
    {
        var status = 0;
        foreach (var spec in specs)
        {
            try
            {
                Update(spec);
            }
            catch (GpuRuntimeException exception)
            {
                Console.Error.WriteLine($"gpu-runtime: {exception.UserLine}");
                status = Failed;
            }
        }

        return status;
    }

    public static void Warn(CurrentSpec current)
    {
        foreach (var warning in current.Generated?.Warnings ?? [])
            Console.Error.WriteLine($"gpu-runtime: {PrintableText.Of(warning)}");
    }

    private void Update(CurrentSpec current)
    {
        if (current.Failure is { } failure)
            throw failure;
        if (current.Generated is not { } generated)
        {
            if (_files.Remove(current.Vendor))
                Console.Out.WriteLine($"{directory}: the specification of {current.Vendor.CdiKind()} is removed: this host has no such GPU now");
            return;
        }

        var chosen = format ?? _files.FormatOf(current.Vendor) ?? CdiFormat.Yaml;
        var path = _files.PathOf(current.Vendor, chosen);
        RefuseConflicts(generated.Spec, current.Vendor);
        HostNodes.MakeMissing(generated.Nodes, needed: true);
        var isWritten = _files.Write(current.Vendor, chosen, CdiWriter.Write(generated.Spec, chosen));
        if (isQuiet && !isWritten)
            return;
        Warn(current);
        Console.Out.WriteLine($"{path}: {(isWritten ? "written" : "unchanged")}; {generated.Spec.Kind} with {string.Join(", ", generated.Spec.Devices.Select(device => device.Name))}; CDI {generated.Spec.Version}");
    }

    // Devices that two files of a directory define are nobody's: ours and the other owner's would both be lost.
    private void RefuseConflicts(CdiSpec spec, GpuVendor vendor)
    {
        foreach (var other in CdiDirectories.LoadAll([directory]).Files)
        {
            if (other.Spec.Kind == spec.Kind && !_files.Is(vendor, other.Path)
                && other.Spec.Devices.FirstOrDefault(device => spec.Devices.Any(own => own.Name == device.Name)) is { } device)
                throw new GpuRuntimeException(
                    ErrorCode.CdiSpecUnwritable,
                    $"{other.Path} defines {spec.Kind}={device.Name} too, and of two files in one directory neither would count: remove it, or give another directory with --output.");
        }
    }
}
