using System.Text.Json.Nodes;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Tests.Limits;
using GpuRuntime.TestHosts;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>Limits of the kernel's dmem controller in config.json: two cards of AMD's and one of Intel's with two tiles.</summary>
public sealed class UnifiedLimitTests : MixedMachineFixture
{
    private const string Xe = "0000:63:00.0";
    private const string FirstAmd = "0000:27:00.0";
    private const string SecondAmd = "0000:83:00.0";
    private const long Tile = 8L << 30;
    private const long Gibibyte = 1L << 30;

    private protected override SimulatedHostOptions Options => ReadyHosts.ThreeVendors with { Nvidia = null };

    [OneTimeSetUp]
    public void MountCgroups() => UnifiedCgroups.Mount(
        Host.SysRoot, ($"drm/{FirstAmd}/vram", 64 * Gibibyte), ($"drm/{SecondAmd}/vram", 64 * Gibibyte), ($"drm/{Xe}/vram0", Tile), ($"drm/{Xe}/vram1", Tile));

    [TestCase("amd:0,memory=2GiB", $"drm/{FirstAmd}/vram 2147483648")]
    [TestCase("amd:0,memory=2GB", $"drm/{FirstAmd}/vram 1999634432", TestName = "{m}(rounded down to whole MiB)")]
    [TestCase("amd:all,memory=2g", $"drm/{FirstAmd}/vram 2147483648\ndrm/{SecondAmd}/vram 2147483648")]
    [TestCase("intel:0,memory=4GiB", $"drm/{Xe}/vram0 2147483648\ndrm/{Xe}/vram1 2147483648", TestName = "{m}(a tile has its part)")]
    [TestCase("intel:0,memory=3MiB", $"drm/{Xe}/vram0 1048576\ndrm/{Xe}/vram1 1048576", TestName = "{m}(a part is whole MiB too)")]
    [TestCase("all,memory=1GiB", $"drm/{FirstAmd}/vram 1073741824\ndrm/{SecondAmd}/vram 1073741824\ndrm/{Xe}/vram0 536870912\ndrm/{Xe}/vram1 536870912")]
    public void Each_region_has_a_line_in_dmem_max(string request, string lines) =>
        Assert.That(Unified(Plain, Plan(request)), Is.EqualTo($"{{\"dmem.max\":\"{lines.Replace("\n", "\\n", StringComparison.Ordinal)}\"}}"));

    [Test]
    public void The_container_and_whoever_inspects_it_are_told_the_limit_and_what_holds_it()
    {
        var edited = Edited(Plain, Plan("amd:0,memory=2GB"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edited["annotations"]!.ToJsonString(), Is.EqualTo("""{"gpu-runtime.io/memory-limit":"1999634432","gpu-runtime.io/memory-tier":"kernel"}"""));
            Assert.That(edited["process"]!["env"].Texts(), Is.EqualTo((string[])["PATH=/bin", "GPU_RUNTIME_MEMORY_LIMIT=1999634432", "GPU_RUNTIME_MEMORY_TIER=kernel"]));
        }
    }

    [Test]
    public void What_an_image_says_of_its_limit_gives_way_to_what_is_so()
    {
        var spec = Plain.Replace("\"PATH=/bin\"", "\"GPU_RUNTIME_MEMORY_TIER=hardware\", \"PATH=/bin\", \"GPU_RUNTIME_MEMORY_LIMIT=1\"", StringComparison.Ordinal);

        Assert.That(Edited(spec, Plan("amd:0,memory=1GiB"))["process"]!["env"].Texts(), Is.EqualTo((string[])["PATH=/bin", "GPU_RUNTIME_MEMORY_LIMIT=1073741824", "GPU_RUNTIME_MEMORY_TIER=kernel"]));
    }

    [TestCase($"drm/{FirstAmd}/vram 1073741824", $"drm/{FirstAmd}/vram 1073741824", TestName = "{m}(a lower one stays)")]
    [TestCase($"drm/{FirstAmd}/vram 3221225472", $"drm/{FirstAmd}/vram 2147483648", TestName = "{m}(a higher one gives way)")]
    [TestCase($"drm/{FirstAmd}/vram max", $"drm/{FirstAmd}/vram 2147483648", TestName = "{m}(max is no limit)")]
    [TestCase($"drm/{SecondAmd}/vram 5\\nnvidia/00000000:02:00.0/vidmem 7", $"drm/{SecondAmd}/vram 5\\nnvidia/00000000:02:00.0/vidmem 7\\ndrm/{FirstAmd}/vram 2147483648", TestName = "{m}(other regions stay)")]
    [TestCase($"drm/{FirstAmd}/vram 3221225472\\ndrm/{SecondAmd}/vram 5", $"drm/{SecondAmd}/vram 5\\ndrm/{FirstAmd}/vram 2147483648", TestName = "{m}(one of two gives way)")]
    public void Of_the_containers_own_value_and_ours_the_lower_counts(string present, string expected) =>
        Assert.That(Unified(WithUnified($"\"pids.max\": \"9\", \"dmem.max\": \"{present}\""), Plan("amd:0,memory=2GiB")), Is.EqualTo($"{{\"pids.max\":\"9\",\"dmem.max\":\"{expected}\"}}"));

    [TestCase("", "17179869184", TestName = "{m}(without a limit)")]
    [TestCase("\"memory.max\": \"max\"", "17179869184", TestName = "{m}(max is no limit)")]
    [TestCase("\"memory.max\": \"1073741824\"", "1073741824", TestName = "{m}(a limit stays)")]
    public void A_limit_of_host_memory_for_what_spills_is_for_containers_without_one(string unified, string expected)
    {
        var edits = Plan("amd:0,memory=2GiB", Accepting(LimitTier.Kernel) with { SpillMemoryBytes = 16 * Gibibyte });

        var values = Edited(unified.Length == 0 ? Plain : WithUnified(unified), edits)["linux"]!["resources"]!["unified"]!;

        Assert.That((string?)values["memory.max"], Is.EqualTo(expected));
        Assert.That((string?)values["dmem.max"], Is.Not.Null);
    }

    [Test]
    public void Docker_run_m_is_such_a_limit()
    {
        var edits = Plan("amd:0,memory=2GiB", Accepting(LimitTier.Kernel) with { SpillMemoryBytes = 16 * Gibibyte });

        Assert.That(Unified(Plain.Replace("\"resources\": {", "\"resources\": { \"memory\": { \"limit\": 4294967296 },", StringComparison.Ordinal), edits), Is.EqualTo($"{{\"dmem.max\":\"drm/{FirstAmd}/vram 2147483648\"}}"));
    }

    [TestCase("all,memory=1GiB")]
    [TestCase("intel:0,memory=3MiB")]
    public void Applied_again_nothing_changes(string request)
    {
        var edits = Plan(request, Accepting(LimitTier.Kernel) with { SpillMemoryBytes = 16 * Gibibyte });
        var once = Applied(Plain, edits);

        Assert.That(Applied(once, edits), Is.EqualTo(once));
    }

    [Test]
    public void Without_cgroup_version_2_there_is_no_value_of_it_since_runc_would_refuse_the_container()
    {
        using var machine = MixedMachine.Create(Options);
        var watched = new StandInLimitHost { Watchdog = WatchdogState.Parse("amd"u8) };

        var edited = Edited(Plain, LimitedPlan.Of(machine.Root, machine.Configuration, watched, "GPU_RUNTIME_GPUS=amd:0,memory=2GiB"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(edited["linux"]!["resources"]!.AsObject().ContainsKey("unified"), Is.False);
            Assert.That((string?)edited["annotations"]!["gpu-runtime.io/memory-tier"], Is.EqualTo("watchdog"));
        }
    }

    [Test]
    public void A_value_that_is_no_text_is_the_low_level_runtimes_to_report() =>
        Assert.That(Unified(WithUnified("\"dmem.max\": 5, \"pids.max\": \"9\""), Plan("amd:0,memory=2GiB")), Does.Contain("\"pids.max\":\"9\"").And.Contain($"drm/{FirstAmd}/vram 2147483648"));

    private static RuntimeConfiguration Accepting(LimitTier tier) => RuntimeConfiguration.Default with { MinimumTier = tier, Overcommit = true };

    private ContainerEdits Plan(string request, RuntimeConfiguration? configuration = null) => LimitedPlan.Of(
        Machine.Root, configuration ?? Accepting(LimitTier.Kernel), new StandInLimitHost(), $"{RequestReader.GpusVariable}={request}");

    private static string WithUnified(string members) => Plain.Replace("\"resources\": {", $"\"resources\": {{ \"unified\": {{ {members} }},", StringComparison.Ordinal);

    private static string? Unified(string spec, ContainerEdits edits) => Compact(Edited(spec, edits)["linux"]!["resources"]!["unified"]);

    private static string? Compact(JsonNode? node) => node?.ToJsonString();
}
