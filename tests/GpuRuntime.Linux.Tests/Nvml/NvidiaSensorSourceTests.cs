using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Nvml;

/// <summary>Drivers and GPUs that fail, hang, are lost and come back, and the XIDs that they tell of.</summary>
public sealed class NvidiaSensorSourceTests : NvidiaHostFixture
{
    private static readonly SimulatedNvidiaHostOptions TwoGpus = new() { GpuCount = 2 };

    [Test]
    public void XIDs_are_counted_by_GPU_since_the_agent_looks_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => Events(gpus[0], (1, 13)) + NvmlScenario.Of(gpus));
        using var first = Open(0);
        using var second = Open(1);
        Assert.That(Xids(first), Is.EqualTo((null as int?, "")), "what was before is not told");

        Library.Tell(Events(Host.Gpus[0], (1, 13), (2, 31), (3, 79), (4, 31)) + NvmlScenario.Of(Host.Gpus));

        Assert.That(() => Xids(first), Is.EqualTo(((int?)31, "31:2 79:1")).After(20_000, 10));
        Assert.That(Xids(second), Is.EqualTo((null as int?, "")));
    }

    [Test]
    public void XIDs_are_absent_where_the_driver_tells_of_none_with_a_stand_in_library([Values] bool hasEvents)
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus, _ => "RegisterEvents !3"), hasEvents ? [] : ["nvmlEventSetWait_v2"]);

        var sample = ReadOnce();

        Assert.That((sample.Xids, sample.Problem, sample.PowerWatts), Is.EqualTo(((XidErrors?)null, (string?)null, (double?)412.345)));
    }

    [Test]
    public void A_GPU_whose_XIDs_cannot_be_had_says_so_and_tells_all_else_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus, _ => "RegisterEvents !999"));

        var sample = ReadOnce();

        Assert.That((sample.Xids, sample.Problem, sample.PowerWatts), Is.EqualTo(((XidErrors?)null, "nvmlDeviceRegisterEvents: Unknown Error (NVML error 999)", (double?)412.345)));
    }

    [Test]
    public void XIDs_go_on_after_waiting_for_them_failed_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => $"wait 15\n{NvmlScenario.Of(gpus)}");
        using var sensors = Open();

        Library.Tell(Events(Host.Gpus[0], (1, 48)) + NvmlScenario.Of(Host.Gpus));

        Assert.That(() => Xids(sensors), Is.EqualTo(((int?)48, "48:1")).After(20_000, 10));
    }

    [TestCase(15, GpuFault.Lost, "GPU is lost")]
    [TestCase(16, GpuFault.ResetRequired, "GPU requires reset")]
    public void A_GPU_that_is_unfit_says_why_keeps_its_XIDs_and_comes_back_with_a_stand_in_library(int status, GpuFault fault, string words)
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus));
        using var sensors = Open();
        using var other = Open(1);
        _ = sensors.Read(TimeSpan.FromSeconds(1));

        Library.Tell(Events(Host.Gpus[0], (1, 79)) + NvmlScenario.Of(Host.Gpus, gpu => gpu.Index == 0 ? $"* !{status}" : ""));
        Assert.That(() => sensors.Read(TimeSpan.FromSeconds(2)).Xids?.Last, Is.EqualTo(79).After(20_000, 10));
        var lost = sensors.Read(TimeSpan.FromSeconds(3));
        var beside = other.Read(TimeSpan.FromSeconds(3));
        Library.Tell(NvmlScenario.Of(Host.Gpus));
        var back = sensors.Read(TimeSpan.FromSeconds(4));

        Assert.That((lost.Fault, lost.Problem, lost.PowerWatts, lost.MemoryUsedBytes, lost.Gpu.Name), Is.EqualTo(((GpuFault?)fault, $"nvmlDeviceGetUtilizationRates: {words} (NVML error {status})", (double?)null, (long?)null, "NVIDIA H100 80GB HBM3")));
        Assert.That((beside.Fault, beside.Problem, beside.PowerWatts), Is.EqualTo(((GpuFault?)null, (string?)null, (double?)412.345)));
        Assert.That((back.Fault, back.Problem, back.PowerWatts), Is.EqualTo(((GpuFault?)null, (string?)null, (double?)412.345)));
    }

    [Test]
    public void A_GPU_that_is_lost_before_it_was_ever_read_says_so_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus, gpu => gpu.Index == 0 ? "Handle !15" : ""));

        Assert.That(() => Open(0), Throws.InstanceOf<GpuFaultException>().With.Property("Fault").EqualTo(GpuFault.Lost).And.Message.EndsWith("GPU is lost (NVML error 15)"));
        Assert.That(ReadOnce(1).PowerWatts, Is.EqualTo(412.345));
    }

    [Test]
    public void A_GPU_that_hangs_in_the_library_holds_up_no_other_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus));
        using var sampler = Composition.Sampler(Configuration);
        Assert.That(() => sampler.Pass().Gpus.Select(gpu => gpu.PowerWatts), Is.EqualTo((double?[])[412.345, 412.345]).After(20_000, 10));

        Library.Tell(NvmlScenario.Of(Host.Gpus, gpu => gpu.Index == 0 ? "Temperature:0 hang" : ""));
        var hanging = sampler.Pass().Gpus;
        Library.Tell(NvmlScenario.Of(Host.Gpus));

        Assert.That(hanging.Select(gpu => (gpu.PowerWatts, gpu.Problem)), Is.EqualTo(((double?, string?)[])[(null, "reading it has not returned after 500 milliseconds"), (412.345, null)]));
        Assert.That(() => sampler.Pass().Gpus.Select(gpu => gpu.PowerWatts), Is.EqualTo((double?[])[412.345, 412.345]).After(20_000, 10));
    }

    [Test]
    public void A_driver_that_is_not_loaded_is_asked_again_after_half_a_minute_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => $"{Recording}init 9\n{NvmlScenario.Of(gpus)}");
        const string words = "nvmlInit_v2: Driver Not Loaded (NVML error 9)";
        Assert.That(() => Open(), Throws.InstanceOf<NvmlException>().With.Message.EqualTo(words));

        Library.Tell(Recording + NvmlScenario.Of(Host.Gpus));
        Clock.Now = TimeSpan.FromSeconds(29);
        Assert.That(() => Open(1), Throws.InstanceOf<NvmlException>().With.Message.EqualTo(words));
        Assert.That(Record, Is.EqualTo((string[])["init"]), "nothing was asked meanwhile");
        Clock.Now = TimeSpan.FromSeconds(30);

        Assert.That(ReadOnce().PowerWatts, Is.EqualTo(412.345));
        // The one that failed was never up.
        File.WriteAllLines(Temporary.Combine("record"), Record.Skip(1));
    }

    [Test]
    public void All_GPUs_share_one_library_that_is_unloaded_with_the_source_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => Recording + NvmlScenario.Of(gpus));
        _ = ReadOnce(0);
        _ = ReadOnce(1);
        Assert.That((Record.Count(line => line == "init"), Record.Count(line => line == "shutdown")), Is.EqualTo((1, 0)));

        Source.Dispose();

        Assert.That(() => Record.Count(line => line == "shutdown"), Is.EqualTo(1).After(20_000, 10));
    }

    [Test]
    public void A_library_that_was_replaced_is_let_go_and_the_new_one_loaded_with_a_stand_in_library()
    {
        Begin(TwoGpus, gpus => Recording + Events(gpus[0]) + NvmlScenario.Of(gpus, driver: "550.163.01"));
        using var sensors = Open();
        Library.Tell(Recording + Events(Host.Gpus[0], (1, 63)) + NvmlScenario.Of(Host.Gpus));
        Assert.That(() => Xids(sensors), Is.EqualTo(((int?)63, "63:1")).After(20_000, 10));

        Library.Tell(Recording + NvmlScenario.Of(Host.Gpus, driver: "560.35.03"));
        Library.Replace();
        Assert.That(sensors.Read(TimeSpan.FromSeconds(5)).Problem, Is.Null, "it is not looked at each time");
        Assert.That(() => sensors.Read(TimeSpan.FromSeconds(10)), Throws.InstanceOf<NvmlException>().With.Message.EqualTo("the driver's library was replaced"));
        var sample = ReadOnce();

        Assert.That((sample.Gpu.DriverVersion, sample.Problem), Is.EqualTo(("560.35.03", (string?)null)));
        Assert.That(sample.Xids!.Counts, Is.EqualTo(new Dictionary<int, long> { [63] = 1 }), "what was counted stays");
        Assert.That(() => Record.Count(line => line == "shutdown"), Is.EqualTo(1).After(20_000, 10));
    }

    [TestCase(1)]
    [TestCase(9)]
    [TestCase(18)]
    public void A_driver_that_does_not_serve_any_more_is_begun_with_anew_with_a_stand_in_library(int status)
    {
        Begin(TwoGpus, gpus => Recording + NvmlScenario.Of(gpus));
        using var sensors = Open();
        Library.Tell(Recording + NvmlScenario.Of(Host.Gpus, _ => $"PowerUsage !{status}"));

        Assert.That(() => sensors.Read(TimeSpan.FromSeconds(1)), Throws.InstanceOf<NvmlException>().With.Message.EndsWith($"(NVML error {status})"));
        Library.Tell(Recording + NvmlScenario.Of(Host.Gpus));

        Assert.That(ReadOnce().PowerWatts, Is.EqualTo(412.345));
        Assert.That(Record.Count(line => line == "init"), Is.EqualTo(2));
    }

    [Test]
    public void A_driver_without_its_library_is_said()
    {
        Begin(TwoGpus, gpus => NvmlScenario.Of(gpus));
        File.Delete(Library.Path);

        Assert.That(() => Open(), Throws.InstanceOf<NvmlException>().With.Message.EqualTo("the driver's libnvidia-ml is not found"));
    }

    private static string Events(SimulatedGpu gpu, params (int Number, int Xid)[] events) =>
        string.Concat(events.Select(seen => $"event {seen.Number} {NvmlScenario.Gpu(gpu.PciAddress)["gpu ".Length..]} {seen.Xid}\n"));

    private static (int? Last, string Counts) Xids(IGpuSensors sensors) =>
        sensors.Read(TimeSpan.Zero).Xids is { } xids ? (xids.Last, string.Join(' ', xids.Counts.OrderBy(count => count.Key).Select(count => $"{count.Key}:{count.Value}"))) : (-1, "absent");
}
