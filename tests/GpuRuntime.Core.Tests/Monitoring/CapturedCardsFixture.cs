using GpuRuntime.Linux.Monitoring;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>Single cards as they were captured; the tests are skipped where the captures are not at hand.</summary>
public abstract class CapturedCardsFixture : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [OneTimeSetUp]
    public void Unpack()
    {
        try
        {
            CapturedHost.Open("cards-captured", _directory.Combine("cards"));
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <param name="card">Such as <c>amd/rx580</c>.</param>
    protected SensorFiles Files(string card)
    {
        var device = Directory.GetDirectories(_directory.Combine($"cards/{card}"), "card*").Single();
        return new SensorFiles(_directory.Combine("cards"), $"{card}/{Path.GetFileName(device)}/device", TimeProvider.System);
    }
}
