using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests;

/// <summary>A simulated host with GPUs of any vendors, and what the shim would make of a container's environment on it.</summary>
internal sealed class MixedMachine : IDisposable
{
    private readonly TemporaryDirectory _directory;

    private MixedMachine(TemporaryDirectory directory, SimulatedHostOptions options)
    {
        _directory = directory;
        Host = SimulatedHost.Create(directory.Combine("host"), options);
        Configuration = ConfigurationFile.Load(Host.ConfigPath).Values;
        Root = new LinuxHostRoot(Configuration);
    }

    public SimulatedHost Host { get; }

    public RuntimeConfiguration Configuration { get; }

    public LinuxHostRoot Root { get; }

    public ImmutableArray<Gpu> Gpus => VendorModules.Describe(Root);

    /// <summary>The test is skipped, with the reason, where such a host cannot be made.</summary>
    public static MixedMachine Create(SimulatedHostOptions options)
    {
        var directory = new TemporaryDirectory();
        try
        {
            return new MixedMachine(directory, options);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            directory.Dispose();
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>The edits for a container with this environment; <see langword="null"/> when it stays as it is.</summary>
    public ContainerEdits? Plan(params ReadOnlySpan<string> environment) => Plan(out _, environment);

    public ContainerEdits? Plan(out ImmutableArray<string> warnings, params ReadOnlySpan<string> environment)
    {
        warnings = [];
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment.ToArray()) };
        return RequestReader.Read(facts, Configuration, out _) is { } request
            ? EditPlanner.Plan(request, facts.Environment, Root, Configuration, out warnings)
            : null;
    }

    /// <summary>The nodes that a container with this environment gets, as paths.</summary>
    public IEnumerable<string> Nodes(params ReadOnlySpan<string> environment) => Plan(environment)!.DeviceNodes.Select(node => node.Path);

    /// <summary>One fact of every GPU in index order, as a line; "-" where it is not known.</summary>
    public string Each(Func<Gpu, object?> fact) => string.Join(' ', Gpus.Select(gpu => fact(gpu) ?? "-"));

    /// <summary>A PCI function's directory in sysfs, or a file in it.</summary>
    public string PciPath(string address, string file = "") => Path.Combine(Host.SysRoot, "bus/pci/devices", address, file);

    public void Dispose()
    {
        Root.Dispose();
        _directory.Dispose();
    }
}
