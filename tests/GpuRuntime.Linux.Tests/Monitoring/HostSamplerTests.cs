using System.Collections.Immutable;
using System.Reflection;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>One pass over GPUs of which some hang, fail, come and go.</summary>
public sealed class HostSamplerTests
{
    private static readonly Gpu First = Card(0);
    private static readonly Gpu Second = Card(1);
    private static readonly Gpu Third = Card(2);

    private readonly JumpingClock _clock = new();

    [Test]
    public void Every_GPU_is_read_once_a_pass_in_the_order_of_the_inventory()
    {
        using var host = new Host([First, Second]);
        using var sampler = Sampler(host);

        _ = sampler.Pass();
        var sample = sampler.Pass();

        Assert.That(sample.Gpus.Select(gpu => (gpu.Gpu.Id, gpu.PowerWatts, gpu.Problem)), Is.EqualTo(((string, double?, string?)[])[("amd:0", 2, null), ("amd:1", 2, null)]));
    }

    [Test]
    public void A_GPU_that_hangs_is_without_values_and_the_others_are_not_held_up()
    {
        using var host = new Host([First, Second, Third]);
        using var sampler = Sampler(host);
        host.Hang(Second);

        var first = sampler.Pass();
        var second = sampler.Pass();

        Assert.That(second.Gpus.Select(gpu => gpu.PowerWatts), Is.EqualTo((double?[])[2, null, 2]));
        Assert.That(first.Gpus[1].Problem, Is.EqualTo("reading it has not returned after 500 milliseconds"));
        Assert.That(host.ReadsOf(Second), Is.EqualTo(1), "nobody else waits for it");

        // What it returns then was asked for an earlier pass: it is read again.
        host.Release();
        Assert.That(() => sampler.Pass().Gpus[1].PowerWatts, Is.GreaterThanOrEqualTo(2).After(20_000, 10));
    }

    [Test]
    public void A_GPU_that_fails_says_why_and_is_opened_anew()
    {
        using var host = new Host([First, Second]);
        using var sampler = Sampler(host);
        host.Fail(First, "the driver says no.");

        var failed = sampler.Pass();
        host.Fail(First, null);
        var mended = sampler.Pass();

        Assert.That(failed.Gpus.Select(gpu => gpu.Problem), Is.EqualTo((string?[])["the driver says no", null]));
        Assert.That(mended.Gpus.Select(gpu => gpu.PowerWatts), Is.EqualTo((double?[])[1, 2]));
    }

    [Test]
    public void A_GPU_that_leaves_the_bus_is_shown_as_lost_until_it_is_back()
    {
        using var host = new Host([First, Second]);
        using var sampler = Sampler(host);
        _ = sampler.Pass();

        host.Gpus = [Second];
        _clock.Jump(TimeSpan.FromMinutes(1));
        var without = sampler.Pass();
        host.Gpus = [First, Second];
        _clock.Jump(TimeSpan.FromMinutes(1));
        var with = sampler.Pass();

        Assert.That(without.Gpus.Select(gpu => (gpu.Gpu.Id, gpu.Problem, gpu.Health.IsHealthy)), Is.EqualTo(((string, string?, bool)[])[("amd:1", null, true), ("amd:0", "it is not on this host any more", false)]));
        Assert.That(with.Gpus.Select(gpu => (gpu.Gpu.Id, gpu.Health.IsHealthy)), Is.EqualTo(((string, bool)[])[("amd:0", true), ("amd:1", true)]));
    }

    [Test]
    public void Looking_again_at_a_host_that_has_not_changed_opens_nothing_anew()
    {
        using var host = new Host([First]);
        using var sampler = Sampler(host);
        _ = sampler.Pass();

        host.Gpus = [Card(0)];
        _clock.Jump(TimeSpan.FromMinutes(1));
        _ = sampler.Pass();

        Assert.That(host.Opened, Is.EqualTo(1));
    }

    [TestCaseSource(nameof(ListsOfGpu))]
    public void Each_list_of_a_GPU_may_be_read_anew_without_its_being_opened_anew(PropertyInfo list)
    {
        using var host = new Host([WithOne(list)]);
        using var sampler = Sampler(host);
        _ = sampler.Pass();

        host.Gpus = [WithOne(list)];
        _clock.Jump(TimeSpan.FromMinutes(1));
        _ = sampler.Pass();

        Assert.That(host.Opened, Is.EqualTo(1));
    }

    [Test]
    public void Other_DRM_nodes_or_MIG_devices_are_another_GPU([Values(nameof(Gpu.DrmNodes), nameof(Gpu.MigDevices))] string list)
    {
        using var host = new Host([First]);
        using var sampler = Sampler(host);
        _ = sampler.Pass();

        host.Gpus = [WithOne(typeof(Gpu).GetProperty(list)!)];
        _clock.Jump(TimeSpan.FromMinutes(1));
        _ = sampler.Pass();

        Assert.That(host.Opened, Is.EqualTo(2));
    }

    [Test]
    public void A_GPU_of_a_vendor_that_nobody_reads_is_there_with_what_files_tell()
    {
        using var host = new Host([First, new Gpu { Vendor = GpuVendor.Intel, Index = 0, PciAddress = new PciAddress(0, 9, 0, 0), Name = "Arc" }]);
        using var sampler = Sampler(host);

        var sample = sampler.Pass();

        Assert.That(sample.Gpus.Select(gpu => (gpu.Gpu.Id, gpu.PowerWatts, gpu.Problem)), Is.EqualTo(((string, double?, string?)[])[("amd:0", 1, null), ("intel:0", null, null)]));
    }

    [Test]
    public void What_processes_tell_of_engines_makes_the_utilization_of_a_GPU_that_does_not_tell_its_own()
    {
        using var host = new Host([First, Second]) { Looked = new ProcessLookResult([new GpuProcess(7, "amd:1")], ImmutableDictionary<string, ImmutableArray<EngineActivity>>.Empty.Add("amd:1", [new EngineActivity("render", 0.25), new EngineActivity("copy", 0.5)]), ["One thing."]) };
        using var sampler = Sampler(host);

        var sample = sampler.Pass();

        Assert.That(sample.Gpus.Select(gpu => gpu.UtilizationRatio), Is.EqualTo((double?[])[null, 0.5]));
        Assert.That(sample.Gpus[1].Engines.Select(engine => engine.Engine), Is.EqualTo((string[])["render", "copy"]));
        Assert.That(sample.Problems, Is.EqualTo((string[])["One thing."]));
        Assert.That(host.Attributed.Select(process => process.Pid), Is.EqualTo((int[])[7]));
    }

    [Test]
    public void A_look_at_the_host_that_failed_is_tried_again_in_the_next_pass()
    {
        using var host = new Host([First]) { IsUnreadable = true };
        using var sampler = Sampler(host);

        var first = sampler.Pass();
        host.IsUnreadable = false;
        var second = sampler.Pass();
        host.IsUnreadable = true;
        _clock.Jump(TimeSpan.FromMinutes(1));
        var third = sampler.Pass();

        Assert.That((first.Gpus.Length, first.Problems.Single()), Is.EqualTo((0, "The host cannot be read.")));
        Assert.That((second.Gpus.Length, second.Problems), Is.EqualTo((1, ImmutableArray<string>.Empty)));
        Assert.That(third.Gpus.Select(gpu => (gpu.Gpu.Id, gpu.PowerWatts)), Is.EqualTo(((string, double?)[])[("amd:0", 2)]), "what was found before is read on");
    }

    [TestCase(true, false, false, true, TestName = "What_the_source_tells_of_processes_is_known_without_a_look")]
    [TestCase(true, true, true, false, TestName = "What_a_source_that_failed_would_tell_of_processes_is_not_known")]
    [TestCase(false, true, false, true, TestName = "What_a_look_tells_of_processes_is_known")]
    [TestCase(false, false, false, false, TestName = "What_a_look_that_failed_would_tell_of_processes_is_not_known")]
    public void Processes_are_known_or_not(bool tells, bool isLookWhole, bool fails, bool isKnown)
    {
        using var host = new Host([First]) { TellsProcesses = tells, Looked = ProcessLookResult.Nothing with { IsWhole = isLookWhole } };
        using var sampler = Sampler(host);
        if (fails)
            host.Fail(First, "It does not answer");

        Assert.That(sampler.Pass().Gpus.Single().HasUnknownProcesses, Is.EqualTo(!isKnown));
        Assert.That(host.Unknown, Is.EqualTo(isKnown ? [] : (string[])["amd:0"]));
    }

    private HostSampler Sampler(Host host) => new(() => host.IsUnreadable ? throw new IOException("The host cannot be read") : host.Gpus, [host], host, host, host, _clock);

    private static IEnumerable<TestCaseData> ListsOfGpu() =>
        typeof(Gpu).GetProperties()
            .Where(property => property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            .Select(property => new TestCaseData(property).SetArgDisplayNames(property.Name));

    // A record with a list in it is equal to no other one that has another list, though both hold the same.
    private static Gpu WithOne(PropertyInfo list)
    {
        var gpu = Card(0);
        object value = list.PropertyType == typeof(ImmutableArray<string>) ? ImmutableArray.Create("card1")
            : list.PropertyType == typeof(ImmutableArray<DeviceNode>) ? ImmutableArray.Create(new DeviceNode("/dev/node", "/dev/node", 226, 1, 0x1b6, 0, 0))
            : list.PropertyType == typeof(ImmutableArray<MigDevice>) ? ImmutableArray.Create(new MigDevice(0, 1, 0))
            : throw new AssertionException($"{list.Name} is a list of something new: give it one here.");
        list.SetValue(gpu, value);
        return gpu;
    }

    private static Gpu Card(int index) => new() { Vendor = GpuVendor.Amd, Index = index, PciAddress = new PciAddress(0, (byte)(3 + index), 0, 0), DrmNodes = [], MigDevices = [] };

    /// <summary>Goes on by itself, and jumps.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private long _jumped;

        public void Jump(TimeSpan by) => _jumped += by.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => base.GetTimestamp() + _jumped;
    }

    /// <summary>Everything around the sampler. Its GPUs tell how often they were read.</summary>
    private sealed class Host(ImmutableArray<Gpu> gpus) : ISensorSource, IProcessLook, IContainerAttribution, IHealthRules
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly Dictionary<string, int> _reads = [];
        private readonly Dictionary<string, string?> _failures = [];
        private string? _hanging;

        public ImmutableArray<Gpu> Gpus { get; set; } = gpus;

        public ProcessLookResult Looked { get; init; } = ProcessLookResult.Nothing;

        public ImmutableArray<GpuProcess> Attributed { get; private set; } = [];

        public int Opened { get; private set; }

        public GpuVendor Vendor => GpuVendor.Amd;

        public bool TellsProcesses { get; init; }

        public bool IsUnreadable { get; set; }

        public ImmutableHashSet<string> Unknown { get; private set; } = [];

        public void Hang(Gpu gpu) => _hanging = gpu.Id;

        public void Fail(Gpu gpu, string? sentence) => _failures[gpu.Id] = sentence;

        public void Release() => _released.Set();

        public int ReadsOf(Gpu gpu)
        {
            lock (_reads)
                return _reads.GetValueOrDefault(gpu.Id);
        }

        public IGpuSensors Open(Gpu gpu, IReadOnlyList<HeldUnit> units)
        {
            Opened++;
            return new Sensors(this, gpu);
        }

        public ProcessLookResult Read(ImmutableArray<HeldUnit> units, TimeSpan now) => Looked;

        public AttributedUse Attribute(ImmutableArray<GpuProcess> processes, ImmutableHashSet<string> unknown, ImmutableArray<HeldUnit> units, TimeSpan now)
        {
            (Attributed, Unknown) = (processes, unknown);
            return new AttributedUse([], [], []);
        }

        public GpuHealth Judge(GpuSample sample, bool isPresent, TimeSpan now) => isPresent ? GpuHealth.Healthy : new GpuHealth([new HealthReason("lost", "It is gone.")]);

        public void Dispose() => Release();

        private sealed class Sensors(Host host, Gpu gpu) : IGpuSensors
        {
            public GpuSample Read(TimeSpan now)
            {
                int count;
                lock (host._reads)
                    count = host._reads[gpu.Id] = host._reads.GetValueOrDefault(gpu.Id) + 1;
                if (host._hanging == gpu.Id)
                    host._released.Wait();
                if (host._failures.GetValueOrDefault(gpu.Id) is { } sentence)
                    throw new InvalidOperationException(sentence);
                return new GpuSample(gpu) { PowerWatts = host._failures.ContainsKey(gpu.Id) ? 1 : count };
            }

            public void Dispose()
            {
            }
        }
    }
}
