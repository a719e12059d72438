using GpuRuntime.Core.Errors;

namespace GpuRuntime.Linux.Tests;

/// <summary>What must fail with a code of ours, and what must not hang.</summary>
internal static class Refusal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>The sentence.</returns>
    public static string Of(ErrorCode code, Action action)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(() => InTime(action));
        Assert.That(refusal!.Code, Is.EqualTo(code), refusal.Message);
        Assert.That(refusal.UserLine, Does.StartWith($"GRT{(int)code}: "));
        return refusal.Message;
    }

    /// <summary>On a thread of its own, so that a hang is a failure.</summary>
    public static void InTime(Action action) => InTime(() =>
    {
        action();
        return true;
    });

    public static T InTime<T>(Func<T> action)
    {
        var work = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (!((IAsyncResult)work).AsyncWaitHandle.WaitOne(Limit))
            Assert.Fail($"still at it after {Limit.TotalSeconds} s");
        return work.GetAwaiter().GetResult();
    }
}
