using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>Limits on a GPU that is divided into MIG devices: the hardware holds them. What nvidia-smi would tell of the devices is written by the test.</summary>
public sealed class MigLimitRows() : LimitFixture(EngineKind.RuncOnCgroupV1)
{
    private const int Large = 2;
    private const int Small = 9;
    private const int Smaller = 11;

    private static readonly SimulatedNvidiaHostOptions Divided = new()
    {
        GpuCount = 2,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(Large, 0), new(Small, 0), new(Smaller, 0)]),
    };

    private NvidiaMachine? _machine;

    private NvidiaMachine Divisions => _machine!;

    [SetUp]
    public void Divide()
    {
        _machine = TestMachine.Create(Divided, EngineFactory.LowLevelRuntime(Kind));
        Report(
            Divisions,
            $"gpu {Divisions.Host.Gpus[0].PciAddress} {81559 * Mebibyte}",
            $"mig {Large} 0 MIG-aaaaaaaa-0000-5000-8000-000000000001 3g.40gb {40192 * Mebibyte}",
            $"mig {Small} 0 MIG-aaaaaaaa-0000-5000-8000-000000000002 1g.10gb {9728 * Mebibyte}",
            $"mig {Smaller} 0 MIG-aaaaaaaa-0000-5000-8000-000000000003 1g.10gb {9728 * Mebibyte}",
            $"gpu {Divisions.Host.Gpus[1].PciAddress} {81559 * Mebibyte}");
    }

    [TearDown]
    public async Task TakeAwayAsync() => await Divisions.DisposeAsync();

    [Test]
    public async Task A_limit_on_a_divided_GPU_takes_its_smallest_device_that_fits_and_is_free()
    {
        var first = await CreateAsync(Divisions, "device=0,memory=8GiB");
        var second = await CreateAsync(Divisions, "device=0,memory=8GiB");
        var third = await CreateAsync(Divisions, "device=0,memory=8GiB");
        var fourth = await CreateAsync(Divisions, "device=0,memory=8GiB");

        Assert.That(first.NodePaths, Is.SupersetOf(Caps(Small)));
        Assert.That(second.NodePaths, Is.SupersetOf(Caps(Smaller)));
        Assert.That(third.NodePaths, Is.SupersetOf(Caps(Large)));
        foreach (var container in (LimitedContainer[])[first, second, third])
        {
            Assert.That(container.Memory, Is.EqualTo(($"{8L << 30}", "hardware")));
            Assert.That(container.NodePaths.Count(path => path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)), Is.EqualTo(2));
        }

        Assert.That(fourth.Refusal, Does.Contain("GRT2009").And.Contain("nvidia:0:0 (40192 MiB, held)").And.Contain("nvidia:0:2 (9728 MiB, held)"));
        await DeleteAsync(Divisions, second);
        Assert.That((await CreateAsync(Divisions, "device=0,memory=8GiB")).NodePaths, Is.SupersetOf(Caps(Smaller)));
    }

    [Test]
    public async Task A_count_with_a_limit_prefers_what_the_hardware_keeps_apart()
    {
        var container = await CreateAsync(Divisions, "count=1,memory=20GB");

        Assert.That(container.Memory, Is.EqualTo(($"{20_000_000_000 / Mebibyte * Mebibyte}", "hardware")));
        Assert.That(container.NodePaths, Is.SupersetOf(Caps(Large)));
    }

    [Test]
    public async Task A_device_that_is_named_has_to_be_large_enough()
    {
        var held = await CreateAsync(Divisions, "device=0:0,memory=20GiB");
        var refused = await CreateAsync(Divisions, "device=0:1,memory=20GiB");

        Assert.That(held.Memory.Tier, Is.EqualTo("hardware"));
        Assert.That(refused.Refusal, Does.Contain("GRT2010").And.Contain("20480 MiB of nvidia:0:1, which has 9728 MiB"));
    }

    [TestCase("device=0,compute=14%", Small, "14%")]
    [TestCase("device=0,compute=15%", Large, "15%")]
    [TestCase("device=0,compute=40%,memory=1GiB", Large, "40%")]
    public async Task A_share_of_compute_takes_the_smallest_device_with_so_many_slices(string request, int instance, string share)
    {
        var container = await CreateAsync(Divisions, request);

        Assert.That(container.NodePaths, Is.SupersetOf(Caps(instance)));
        Assert.That(container.Compute, Is.EqualTo((share, "hardware")));
    }

    [Test]
    public async Task No_device_has_half_of_the_slices()
    {
        var refused = await CreateAsync(Divisions, "device=0,compute=50%");

        Assert.That(refused.Refusal, Does.Contain("GRT2007").And.Contain("50% of its compute units").And.Contain("nvidia:0:0"));
    }

    [Test]
    public async Task Exclusive_use_of_one_device_keeps_nobody_from_the_others()
    {
        var first = await CreateAsync(Divisions, "device=0:1,mode=exclusive");
        var same = await CreateAsync(Divisions, "device=0:1");
        var whole = await CreateAsync(Divisions, "device=0");
        var other = await CreateAsync(Divisions, "device=0:2,mode=exclusive");

        first.Result.EnsureSuccess();
        Assert.That(same.Refusal, Does.Contain("GRT2009").And.Contain($"nvidia:0:1, which container {first.Id} holds for itself"));
        Assert.That(whole.Refusal, Does.Contain("GRT2009").And.Contain("nvidia:0:1"));
        other.Result.EnsureSuccess();
    }

    [Test]
    public async Task Without_what_nvidia_smi_tells_the_sentence_says_how_to_ask_it()
    {
        File.Delete(Path.Combine(Divisions.StateDirectory, "nvidia-gpus"));

        var refused = await CreateAsync(Divisions, "device=0,memory=8GiB");

        Assert.That(refused.Refusal, Does.Contain("GRT2007").And.Contain("memory unknown").And.Contain("gpu-runtime devices --refresh"));
    }

    private string[] Caps(int instance)
    {
        var first = 3 + (135 * Divisions.Host.Gpus[0].Minor) + (9 * instance);
        return [$"/dev/nvidia-caps/nvidia-cap{first}", $"/dev/nvidia-caps/nvidia-cap{first + 1}"];
    }
}
