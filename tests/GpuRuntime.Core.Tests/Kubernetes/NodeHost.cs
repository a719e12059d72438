using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Kubernetes;

/// <summary>A host of any kind, and its GPUs as the agent describes them.</summary>
internal sealed class NodeHost : IDisposable
{
    private const string Captured = "captured ";

    private readonly TemporaryDirectory _directory;

    private NodeHost(TemporaryDirectory directory, string configuration)
    {
        _directory = directory;
        Configuration = ConfigurationFile.Load(configuration).Values;
        Root = new LinuxHostRoot(Configuration);
        Gpus = VendorModules.Describe(Root);
    }

    /// <summary>Simulated hosts of every kind with NVIDIA's divided and whole GPUs among them, and captured ones where they are.</summary>
    public static IEnumerable<string> Names =>
        [.. ReadyHosts.ByName.Keys, "nvidia", "nvidia-mig", "nvidia-unknown", $"{Captured}mi210x8", $"{Captured}mi300x8-cpx", $"{Captured}mix-amd-intel-nvidia", $"{Captured}mix-apu-dgpu-amd"];

    public RuntimeConfiguration Configuration { get; }

    public LinuxHostRoot Root { get; }

    public ImmutableArray<Gpu> Gpus { get; }

    /// <param name="name">One of <see cref="Names"/>. The test is skipped, with the reason, where such a host cannot be made.</param>
    public static NodeHost Open(string name)
    {
        var directory = new TemporaryDirectory();
        try
        {
            return new NodeHost(directory, Make(name, directory.Combine("host")));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            directory.Dispose();
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        _directory.Dispose();
    }

    private static string Make(string name, string directory) => name switch
    {
        "nvidia" => SimulatedNvidiaHost.Create(directory, new SimulatedNvidiaHostOptions()).ConfigPath,
        "nvidia-mig" => SimulatedNvidiaHost.Create(directory, new SimulatedNvidiaHostOptions { MigInstances = Divided }).ConfigPath,
        "nvidia-unknown" => SimulatedNvidiaHost.Create(directory, new SimulatedNvidiaHostOptions { UuidsUnknown = true }).ConfigPath,
        _ when name.StartsWith(Captured, StringComparison.Ordinal) => CapturedHost.Open(name[Captured.Length..], directory).ConfigPath,
        _ => SimulatedHost.Create(directory, ReadyHosts.ByName[name]).ConfigPath,
    };

    private static ImmutableDictionary<int, ImmutableArray<MigInstance>> Divided =>
        ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(1, [new(1, 0), new(2, 0), new(2, 1)]).Add(3, [new(0, 0)]);
}
