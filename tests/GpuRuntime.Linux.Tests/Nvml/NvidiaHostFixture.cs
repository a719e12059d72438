using System.Collections.Immutable;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Nvidia;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Nvml;

/// <summary>Tests that read the GPUs of a simulated host, with the stand-in of its driver's libnvidia-ml.</summary>
public abstract class NvidiaHostFixture : DirectoryFixture
{
    private protected SteppedClock Clock { get; } = new();

    private protected SimulatedNvidiaHost Host { get; private set; } = null!;

    private protected StandInManagementLibrary Library { get; private set; } = null!;

    private protected RuntimeConfiguration Configuration { get; private set; } = null!;

    private protected NvidiaSensorSource Source { get; private set; } = null!;

    private protected ImmutableArray<Gpu> Gpus { get; private set; }

    /// <summary>What the library noted, a line a call.</summary>
    private protected string[] Record => File.Exists(RecordPath) ? File.ReadAllLines(RecordPath) : [];

    /// <summary>The line of a scenario that has the library note its calls.</summary>
    private protected string Recording => $"record {RecordPath}\n";

    private string RecordPath => Temporary.Combine("record");

    [TearDown]
    public void CloseSource()
    {
        Source?.Dispose();
        // By the thread that used it last.
        if (Record.Contains("init"))
            Assert.That(() => Record.Count(line => line == "shutdown"), Is.EqualTo(Record.Count(line => line == "init")).After(20_000, 10), "every library is unloaded");
    }

    /// <param name="scenario">Of the GPUs of the host.</param>
    private protected void Begin(SimulatedNvidiaHostOptions options, Func<ImmutableArray<SimulatedGpu>, string> scenario, params string[] without)
    {
        Host = SimulatedNvidiaHost.Create(Temporary.Combine("host"), options);
        Library = StandInManagementLibrary.PutInto(Host.DriverRoot, scenario(Host.Gpus), without);
        Configuration = ConfigurationFile.Load(Host.ConfigPath).Values;
        using var host = new LinuxHostRoot(Configuration);
        Gpus = [.. VendorModules.Identify(host).Select(gpu => VendorModules.Describe(gpu, host))];
        Source = new NvidiaSensorSource(Configuration, Clock);
    }

    private protected IGpuSensors Open(int index = 0) => Source.Open(Gpus[index], HeldUnit.Of(Gpus[index]));

    private protected GpuSample ReadOnce(int index = 0)
    {
        using var sensors = Open(index);
        return sensors.Read(TimeSpan.Zero);
    }

    /// <summary>A clock that stands until it is moved.</summary>
    private protected sealed class SteppedClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
