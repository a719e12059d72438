namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>Tests that each have a container with limits on the stand-in driver's GPUs.</summary>
public abstract class CooperativeFixture
{
    private LimitedContainer? _container;

    private protected LimitedContainer Container => _container!;

    [SetUp]
    public void MakeContainer() => _container = LimitedContainer.Create();

    [TearDown]
    public void DeleteContainer() => _container?.Dispose();

    /// <summary>What cuMemGetInfo and cuDeviceTotalMem say, in all their variants, with so many bytes free of so many.</summary>
    private protected static string Info(int free, int total = 1 << 20) =>
        $"info = 0: free {free} total {total} device {total}; v1: free {free} total {total} device {total}";

    /// <summary>What NVML says of a limited GPU.</summary>
    private protected static string Nvml(int used, int total = 1 << 20) =>
        $"nvml = 0: total {total} free {total - used} used {used}; v2 = 0: total {total} reserved 0 free {total - used} used {used}; BAR1 268435456";
}
