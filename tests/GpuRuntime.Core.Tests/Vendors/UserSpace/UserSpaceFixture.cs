namespace GpuRuntime.Core.Tests.Vendors.UserSpace;

/// <summary>Tests that each have a host to fill.</summary>
public abstract class UserSpaceFixture
{
    private UserSpaceHost? _host;

    private protected UserSpaceHost Host => _host!;

    [SetUp]
    public void CreateHost() => _host = UserSpaceHost.Create();

    [TearDown]
    public void DisposeHost() => _host?.Dispose();
}
