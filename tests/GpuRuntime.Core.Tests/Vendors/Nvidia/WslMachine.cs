using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>A simulated WSL2 host, and what the shim would make of a container's environment on it.</summary>
internal sealed class WslMachine : IDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly RuntimeConfiguration _configuration;
    private readonly LinuxHostRoot _root;

    private WslMachine(TemporaryDirectory directory)
    {
        _directory = directory;
        Host = SimulatedWslHost.Create(directory.Combine("host"));
        _configuration = ConfigurationFile.Load(Host.ConfigPath).Values;
        _root = new LinuxHostRoot(_configuration);
    }

    public SimulatedWslHost Host { get; }

    public ImmutableArray<Gpu> Gpus => VendorModules.Discover(_root);

    /// <summary>The test is skipped, with the reason, where such a host cannot be made.</summary>
    public static WslMachine Create()
    {
        var directory = new TemporaryDirectory();
        try
        {
            return new WslMachine(directory);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            directory.Dispose();
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    public ContainerEdits? Plan(params string[] environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment) };
        return RequestReader.Read(facts, _configuration, out _) is { } request ? EditPlanner.Plan(request, facts.Environment, _root, _configuration, out _) : null;
    }

    public void Write(string pathBelowHost, string content)
    {
        var path = Path.Combine(Host.Directory, pathBelowHost);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public void Delete(string pathBelowHost)
    {
        var path = Path.Combine(Host.Directory, pathBelowHost.TrimStart('/'));
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }
}
