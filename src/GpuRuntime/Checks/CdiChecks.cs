using GpuRuntime.Commands.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Cdi;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Checks;

/// <summary>
/// CDI specifications, which engines apply by themselves: whether ours say what the host has, whether those of others name what is there, and which
/// files count for nothing. Our own runtime reads the host instead, so that what is stale here is stale for engines alone.
/// </summary>
internal static class CdiChecks
{
    private const string Topic = "cdi";
    private const string Units = "systemctl enable --now gpu-runtime-cdi-refresh.service gpu-runtime-cdi-refresh.path gpu-runtime-cdi-refresh.timer";

    public static IEnumerable<Finding> Run(LinuxHostRoot host, RuntimeConfiguration configuration)
    {
        var files = CdiDirectories.LoadAll(configuration.CdiSpecDirectories);
        var own = files.Files.Where(file => OwnVendor(file) is not null).ToList();
        return
        [
            .. Own(own, host, configuration),
            .. files.Files.Except(own).Where(file => VendorModules.All.Any(module => module.Vendor.CdiKind() == file.Spec.Kind)).Select(Foreign),
            .. files.Ignored.Select(ignored => new Finding(Topic, ignored.Reason, $"Mend {ignored.Path} or remove it; engines leave it out")),
            .. new CdiRegistry(files).Conflicts.GroupBy(conflict => string.Join(" and ", conflict.Paths)).Select(Conflict),
        ];
    }

    private static IEnumerable<Finding> Own(List<CdiFile> files, LinuxHostRoot host, RuntimeConfiguration configuration)
    {
        if (files.Count == 0)
            return [];
        try
        {
            // Each file is compared in the version that it was written in.
            var specs = CurrentSpec.All([], host, configuration with { CdiVersionLimit = null }, null);
            return files.Select(file => Own(file, specs.First(spec => spec.Vendor == OwnVendor(file)), configuration));
        }
        catch (GpuRuntimeException exception)
        {
            return [new Finding(Topic, exception.Message, "See the sentence above")];
        }
    }

    private static Finding Own(CdiFile file, CurrentSpec current, RuntimeConfiguration configuration)
    {
        if (current.Failure is { } failure)
            return new Finding(Topic, $"{file.Path} cannot be kept fresh: {failure.Message}", "See the sentence above, then: gpu-runtime cdi refresh");
        return CdiStaleness.Of(file.Spec, current.Generated?.Spec, configuration.CdiVersionLimit) is { } reason
            ? new Finding(Topic, $"{file.Path} is stale: {reason}", Refresh(file, configuration))
            : new Finding(Topic, $"{file.Path} is what this host has: {file.Spec.Kind} with {NameList.Of(file.Spec.Devices.Select(device => device.Name))}");
    }

    // Without --output the last directory is refreshed, which is that of the units too.
    private static string Refresh(CdiFile file, RuntimeConfiguration configuration)
    {
        var directory = file.Path[..file.Path.LastIndexOf('/')];
        return file.Priority == configuration.CdiSpecDirectories.Length - 1
            ? $"gpu-runtime cdi refresh; to have it done whenever the GPUs or their driver change: {Units}"
            : $"gpu-runtime cdi refresh --output {directory}, or remove it";
    }

    private static Finding Foreign(CdiFile file)
    {
        var missing = CdiStaleness.MissingPaths(file.Spec);
        return missing.IsEmpty
            ? new Finding(Topic, $"{file.Path}, written by another program, defines {file.Spec.Kind} with {NameList.Of(file.Spec.Devices.Select(device => device.Name))}; all that it names is there")
            : new Finding(
                Topic,
                $"{file.Path}, written by another program, is stale: {NameList.Of(missing)} {(missing.Length == 1 ? "is" : "are")} not there, so that engines cannot start containers with {file.Spec.Kind}",
                "Have that program write it anew; or remove it, and have gpu-runtime cdi generate write one that is refreshed");
    }

    private static Finding Conflict(IGrouping<string, CdiConflict> conflicts) => new(
        Topic,
        $"{conflicts.Key} both define {NameList.Of(conflicts.Select(conflict => conflict.Name.ToString()))}, so that neither counts",
        "Remove one of the two files, or move it to the other directory of cdi.specDirs");

    private static GpuVendor? OwnVendor(CdiFile file)
    {
        var files = new OwnSpecFiles(file.Path[..file.Path.LastIndexOf('/')]);
        foreach (var module in VendorModules.All)
        {
            if (files.Is(module.Vendor, file.Path))
                return module.Vendor;
        }

        return null;
    }
}
