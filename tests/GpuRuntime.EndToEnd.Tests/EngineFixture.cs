using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Tests on one engine, started once, that has gpu-runtime registered and a host behind it: eight simulated GPUs of NVIDIA's, unless a fixture has another.</summary>
public abstract class EngineFixture(EngineKind kind)
{
    private TestMachine? _machine;
    private IContainerEngine? _engine;

    private protected EngineKind Kind => kind;

    private protected TestMachine Machine => _machine!;

    /// <summary>The host of those that leave it at NVIDIA's.</summary>
    private protected SimulatedNvidiaHost Host => ((NvidiaMachine)Machine).Host;

    private protected IContainerEngine Engine => _engine!;

    private protected virtual SimulatedNvidiaHostOptions HostOptions => new();

    [OneTimeSetUp]
    public async Task StartEngineAsync()
    {
        try
        {
            _machine = CreateMachine(EngineFactory.LowLevelRuntime(kind));
            _engine = await EngineFactory.StartAsync(kind, Configure(new EngineSettings
            {
                Directory = Machine.Directory,
                Environment = Machine.Environment,
                Runtimes = Runtimes(),
            }));
            await PrepareAsync();
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [TearDown]
    public void ShowEngineLogOfAFailure()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed && _engine is not null)
            TestContext.Out.WriteLine(string.Join('\n', Engine.Log.Split('\n').TakeLast(30)));
    }

    [OneTimeTearDown]
    public async Task StopEngineAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    private protected virtual TestMachine CreateMachine(string lowLevelRuntime) => TestMachine.Create(HostOptions, lowLevelRuntime);

    /// <summary>Imports the images of the fixture.</summary>
    private protected abstract Task PrepareAsync();

    private protected virtual EngineSettings Configure(EngineSettings settings) => settings;

    private protected virtual ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);

    private protected async Task<TestImage> ImportedAsync(TestImage image)
    {
        await Engine.ImportAsync(image);
        return image;
    }
}
