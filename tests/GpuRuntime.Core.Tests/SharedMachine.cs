namespace GpuRuntime.Core.Tests;

/// <summary>The host with 8 GPUs that most fixtures look at and none changes, made once.</summary>
[SetUpFixture]
public sealed class SharedMachine
{
    private static readonly Lazy<TestMachine> Machine = new(() => TestMachine.Create());

    internal static TestMachine Instance => Machine.Value;

    [OneTimeTearDown]
    public void Dispose()
    {
        if (Machine.IsValueCreated)
            Machine.Value.Dispose();
    }
}
