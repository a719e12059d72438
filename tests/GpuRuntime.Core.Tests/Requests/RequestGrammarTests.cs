using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>Every form of the grammar, as design.md lists them.</summary>
public sealed class RequestGrammarTests
{
    [TestCase("all", "all")]
    [TestCase("none", "none")]
    [TestCase("2", "any 2")]
    [TestCase("device=0", "index 0")]
    [TestCase("device=0,1", "index 0, index 1")]
    [TestCase("device=0-3", "index 0-3")]
    [TestCase("device=0-3,7", "index 0-3, index 7")]
    [TestCase("device=GPU-8f2c1a2b-1111-2222-3333-444455556666", "uuid GPU-8f2c1a2b-1111-2222-3333-444455556666")]
    [TestCase("device=GPU-8f2c", "uuid GPU-8f2c")]
    [TestCase("device=amd:0,intel:0", "amd index 0, intel index 0")]
    [TestCase("amd:0,intel:0,nvidia:all", "amd index 0, intel index 0, nvidia all")]
    [TestCase("device=amd:all", "amd all")]
    [TestCase("device=NVIDIA:1", "nvidia index 1")]
    [TestCase("device=nvidia:0-3", "nvidia index 0-3")]
    [TestCase("device=nvidia:GPU-8f2c", "nvidia uuid GPU-8f2c")]
    [TestCase("device=0000:3b:00.0", "pci 0000:3b:00.0")]
    [TestCase("device=00000000:3B:00.0", "pci 0000:3b:00.0")]
    [TestCase("device=3b:00.0", "pci 0000:3b:00.0")]
    [TestCase("device=amd:0000:3b:00.0", "amd pci 0000:3b:00.0")]
    [TestCase("device=0:1", "mig 0:1")]
    [TestCase("device=0x946d7e1ef9b172dd", "uuid 0x946d7e1ef9b172dd")]
    [TestCase("device=946d7e1ef9b172dd", "uuid 946d7e1ef9b172dd")]
    [TestCase("device=46d7e1ef9b172dd", "uuid 46d7e1ef9b172dd")]
    [TestCase("device=MIG-8f2c1a2b-1111-2222-3333-444455556666", "uuid MIG-8f2c1a2b-1111-2222-3333-444455556666")]
    [TestCase("device=MIG-GPU-8f2c1a2b-1111-2222-3333-444455556666/1/0", "uuid MIG-GPU-8f2c1a2b-1111-2222-3333-444455556666/1/0")]
    [TestCase("device=all", "all")]
    [TestCase("device=none", "none")]
    [TestCase("driver=nvidia", "nvidia any 1")]
    [TestCase("driver=amd,count=2", "amd any 2")]
    [TestCase("driver=intel,device=0", "intel index 0")]
    [TestCase("driver=any,count=3", "any 3")]
    [TestCase("driver=amd,all", "amd all")]
    [TestCase("driver=amd,device=amd:1", "amd index 1")]
    [TestCase("driver=any,device=intel:0", "intel index 0")]
    [TestCase("count=4", "any 4")]
    [TestCase("count=all", "all")]
    [TestCase("count=-1", "all")]
    [TestCase("capabilities=utility", "any 1")]
    public void Devices_are_named_in_every_form(string request, string expected) => Assert.That(RequestText.Of(Parsed(request)), Is.EqualTo(expected));

    [TestCase("capabilities=compute", "compute")]
    [TestCase("device=0,capabilities=compute,utility", "compute,utility")]
    [TestCase("capabilities=utility,utility", "utility")]
    [TestCase("capabilities=compute,utility,device=0", "compute,utility")]
    public void Capabilities_are_a_list_that_ends_at_the_next_key(string request, string expected) =>
        Assert.That(string.Join(',', Parsed(request).Capabilities!.Value), Is.EqualTo(expected));

    [Test]
    public void A_request_without_capabilities_leaves_them_to_the_vendor() => Assert.That(Parsed("all").Capabilities, Is.Null);

    [TestCase("all,memory:2GB", 2_000_000_000)]
    [TestCase("all,memory=2GB", 2_000_000_000)]
    [TestCase("all,memory=2GiB", 2L << 30)]
    [TestCase("all,memory:2g", 2L << 30)]
    [TestCase("all,memory = 512m", 512L << 20)]
    [TestCase("memory:1gb,device=0", 1_000_000_000)]
    public void Memory_is_an_amount_with_its_unit(string request, long bytes) => Assert.That(Parsed(request).MemoryLimitBytes, Is.EqualTo(bytes));

    [TestCase("all,compute=50%", 50)]
    [TestCase("all,compute:50%", 50)]
    [TestCase("all,compute=50", 50)]
    [TestCase("all,compute=100 %", 100)]
    [TestCase("all,compute=1%", 1)]
    public void Compute_is_a_share(string request, int percent) => Assert.That(Parsed(request).ComputePercent, Is.EqualTo(percent));

    [TestCase("all", SharingMode.Shared)]
    [TestCase("all,mode=shared", SharingMode.Shared)]
    [TestCase("device=0,mode=exclusive", SharingMode.Exclusive)]
    [TestCase("device=0,mode:exclusive", SharingMode.Exclusive)]
    public void Mode_says_who_else_may_hold_the_GPU(string request, SharingMode mode) => Assert.That(Parsed(request).Mode, Is.EqualTo(mode));

    [Test]
    public void Options_are_kept_by_name()
    {
        var options = Parsed("device=0,options=profile=1g.10gb,x=y=z,memory=2GB").Options;

        Assert.That(options, Is.EquivalentTo(new Dictionary<string, string> { ["profile"] = "1g.10gb", ["x"] = "y=z" }));
    }

    [Test]
    public void Nothing_limits_a_request_that_names_no_limit()
    {
        var request = Parsed("all");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(request.MemoryLimitBytes, Is.Null);
            Assert.That(request.ComputePercent, Is.Null);
            Assert.That(request.Options, Is.Empty);
        }
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("\t\n")]
    public void An_empty_request_asks_for_nothing(string request) => Assert.That(RequestGrammar.Parse(request, "GPU_RUNTIME_GPUS"), Is.Null);

    private static GpuRequest Parsed(string text) => RequestGrammar.Parse(text, "GPU_RUNTIME_GPUS")!;
}
