using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>A GPU that is judged pass after pass, a second apart unless a test says otherwise.</summary>
internal sealed class JudgedPasses(GpuVendor vendor = GpuVendor.Nvidia, params int[] ignoredXids)
{
    private readonly GpuHealthJudge _judge = new(ignoredXids.ToHashSet());
    private TimeSpan _now = TimeSpan.FromHours(1);

    /// <summary>What every pass starts from: it answers, and is well.</summary>
    public GpuSample Well { get; } = new(new Gpu { Vendor = vendor, Index = 0, PciAddress = PciAddress.Parse("0000:03:00.0")!.Value }) { PowerWatts = 50 };

    public GpuHealth Judge(GpuSample sample, bool isPresent = true, double seconds = 1)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return _judge.Judge(sample, isPresent, _now);
    }

    /// <returns>The codes of the reasons.</returns>
    public ImmutableArray<string> Codes(GpuSample sample, bool isPresent = true, double seconds = 1) => [.. Judge(sample, isPresent, seconds).Reasons.Select(reason => reason.Code)];

    public GpuSample Xids(params (int Xid, long Count)[] counts) => Well with { Xids = new XidErrors(counts.Length == 0 ? null : counts[^1].Xid, counts.ToDictionary()) };

    public GpuSample Errors(long count, string location = "umc", ErrorKind kind = ErrorKind.Uncorrected, bool isLifetime = false) =>
        Well with { Errors = [new ErrorCount(location, kind, count, isLifetime)] };

    public GpuSample Heat(double celsius, double? critical = 100) => Well with { Temperatures = [new Temperature("junction", celsius, critical)] };
}
