using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Monitoring.Health;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring.Health;

/// <summary>The rules of the running agent: every GPU by itself, and what the configuration leaves out.</summary>
public sealed class HealthRulesTests
{
    [Test]
    public void GPUs_and_partitions_are_judged_by_themselves()
    {
        var rules = new HealthRules(RuntimeConfiguration.Default);
        Gpu[] gpus = [Gpu("0000:03:00.0", 0), Gpu("0000:03:00.0", 1), Gpu("0000:43:00.0", null)];
        foreach (var gpu in gpus)
            Assert.That(Judge(rules, gpu, 0).IsHealthy);

        Assert.That(Judge(rules, gpus[1], 1).IsHealthy, Is.False);

        Assert.That(gpus.Select(gpu => Judge(rules, gpu, gpu == gpus[1] ? 1 : 0).IsHealthy), Is.EqualTo((bool[])[true, false, true]));
    }

    [Test]
    public void A_GPU_that_is_described_anew_keeps_its_past()
    {
        var rules = new HealthRules(RuntimeConfiguration.Default);
        Judge(rules, Gpu("0000:03:00.0", null), 0);
        Judge(rules, Gpu("0000:03:00.0", null), 1);

        Assert.That(Judge(rules, Gpu("0000:03:00.0", null) with { Index = 7, Name = "known by now" }, 1).IsHealthy, Is.False);
    }

    [Test]
    public void XIDs_that_the_configuration_lists_are_left_out()
    {
        var rules = new HealthRules(RuntimeConfiguration.Default with { AgentIgnoredXids = ["94"] });
        GpuSample Xid(int xid) => new(Gpu("0000:03:00.0", null)) { Xids = new XidErrors(xid, new Dictionary<int, long> { [xid] = 1 }) };

        Assert.That(rules.Judge(Xid(94), isPresent: true, TimeSpan.Zero).IsHealthy);
        Assert.That(rules.Judge(Xid(95), isPresent: true, TimeSpan.Zero).IsHealthy, Is.False);
    }

    [TestCase("ninety")]
    [TestCase("-1")]
    [TestCase("94.0")]
    [TestCase("99999999999")]
    public void What_is_no_XID_is_refused_and_named(string text) =>
        Assert.That(Refusal.Of(ErrorCode.ConfigurationInvalid, () => _ = new HealthRules(RuntimeConfiguration.Default with { AgentIgnoredXids = ["94", text] })), Does.Contain("agent.health.ignoredXids").And.Contain($"\"{text}\""));

    [Test]
    public void What_a_driver_says_of_a_GPU_that_it_cannot_read_reaches_the_rules()
    {
        var gpu = Gpu("0000:03:00.0", null);
        using var threads = new ReaderThreads(TimeProvider.System);

        var sample = threads.Read([new GpuReader(gpu, () => throw new GpuFaultException(GpuFault.ResetRequired, "NVML says: GPU requires reset."))], TimeSpan.Zero, TimeSpan.FromMinutes(1)).Values.Single();

        Assert.That((sample.Fault, sample.Problem), Is.EqualTo(((GpuFault?)GpuFault.ResetRequired, "NVML says: GPU requires reset")));
        Assert.That(new HealthRules(RuntimeConfiguration.Default).Judge(sample, isPresent: true, TimeSpan.Zero).Reasons.Single().Code, Is.EqualTo("reset_required"));
    }

    private static GpuHealth Judge(HealthRules rules, Gpu gpu, long errors) =>
        rules.Judge(new GpuSample(gpu) { Errors = [new ErrorCount("umc", ErrorKind.Uncorrected, errors)] }, isPresent: true, TimeSpan.Zero);

    private static Gpu Gpu(string address, int? partition) => new() { Vendor = GpuVendor.Amd, Index = partition ?? 0, PciAddress = PciAddress.Parse(address)!.Value, Partition = partition };
}
