using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Selection;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests;

/// <summary>A simulated NVIDIA host, and what the shim would make of a container's environment on it.</summary>
internal sealed class TestMachine : IDisposable
{
    private readonly TemporaryDirectory _directory;

    private TestMachine(TemporaryDirectory directory, SimulatedNvidiaHostOptions options)
    {
        _directory = directory;
        Host = SimulatedNvidiaHost.Create(directory.Combine("host"), options);
        Configuration = ConfigurationFile.Load(Host.ConfigPath).Values;
        Root = new LinuxHostRoot(Configuration);
    }

    public SimulatedNvidiaHost Host { get; }

    public RuntimeConfiguration Configuration { get; }

    public LinuxHostRoot Root { get; }

    public ImmutableArray<Gpu> Gpus => VendorModules.Discover(Root);

    /// <summary>The test is skipped, with the reason, where such a host cannot be made.</summary>
    public static TestMachine Create(SimulatedNvidiaHostOptions? options = null)
    {
        var directory = new TemporaryDirectory();
        try
        {
            return new TestMachine(directory, options ?? new SimulatedNvidiaHostOptions());
        }
        catch (TestResourceUnavailableException unavailable)
        {
            directory.Dispose();
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>The edits for a container with this environment; <see langword="null"/> when it stays as it is.</summary>
    public ContainerEdits? Plan(params ReadOnlySpan<string> environment) => Plan(Configuration, environment);

    public ContainerEdits? Plan(RuntimeConfiguration configuration, params ReadOnlySpan<string> environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment.ToArray()) };
        return RequestReader.Read(facts, configuration, out _) is { } request
            ? EditPlanner.Plan(request, facts.Environment, Root, configuration, out _)
            : null;
    }

    /// <summary>The GPUs that a request in our own grammar selects.</summary>
    public ImmutableArray<Gpu> Select(string request) =>
        GpuSelection.Select(RequestGrammar.Parse(request, RequestReader.GpusVariable)!, Gpus, Configuration).Gpus;

    public string Write(string pathBelowHost, string content)
    {
        var path = Path.Combine(Host.Directory, pathBelowHost);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose()
    {
        Root.Dispose();
        _directory.Dispose();
    }
}
