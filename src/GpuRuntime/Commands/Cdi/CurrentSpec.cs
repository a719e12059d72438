using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Commands.Cdi;

/// <summary>What the specification of a vendor's GPUs is to say now.</summary>
/// <param name="Generated"><see langword="null"/> when the host has no GPU of the vendor, or <paramref name="Failure"/> says why there is none.</param>
internal sealed record CurrentSpec(GpuVendor Vendor, GeneratedSpec? Generated, GpuRuntimeException? Failure)
{
    /// <summary>Those of several vendors, each by itself: what ails one keeps the others from nobody.</summary>
    /// <param name="vendors">Empty = every vendor.</param>
    /// <param name="version">The version to write; <see langword="null"/> = the configuration's, else the least.</param>
    /// <exception cref="GpuRuntimeException">None can be made: the hook that they would name is not installed.</exception>
    public static ImmutableArray<CurrentSpec> All(ImmutableArray<string> vendors, LinuxHostRoot host, RuntimeConfiguration configuration, CdiVersion? version)
    {
        var hook = HookPath();
        return [.. VendorModules.All.Where(module => vendors.IsEmpty || vendors.Contains(module.Vendor.Word())).Select(module => Of(module, host, configuration, version ?? configuration.CdiVersionLimit, hook))];
    }

    private static CurrentSpec Of(IVendorModule module, LinuxHostRoot host, RuntimeConfiguration configuration, CdiVersion? version, string hook)
    {
        try
        {
            if (CdiGenerator.Generate(module, host, configuration, hook) is not { } generated)
                return new CurrentSpec(module.Vendor, null, null);
            ImmutableArray<string> leftOut = [];
            var spec = version is { } wanted ? CdiVersions.Fit(generated.Spec, wanted, out leftOut) : generated.Spec;
            return new CurrentSpec(module.Vendor, generated with { Spec = spec, Warnings = [.. generated.Warnings, .. leftOut] }, null);
        }
        catch (GpuRuntimeException exception)
        {
            return new CurrentSpec(module.Vendor, null, exception);
        }
    }

    private static string HookPath()
    {
        var path = OwnProgram.HookPath;
        return File.Exists(path)
            ? path
            : throw new GpuRuntimeException(ErrorCode.CdiSpecUnwritable, $"{path} is missing, which specifications would name as their hook; install it beside {OwnProgram.Path}.");
    }
}
