using System.Collections.Immutable;
using System.Text.Json;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Inventory;

/// <summary>Hosts captured from real hardware, against the answers that came with them.</summary>
[TestFixture("amd-phoenix-apu")]
[TestFixture("mi210x8")]
[TestFixture("mi300x8-cpx")]
[TestFixture("mix-amd-intel-nvidia")]
[TestFixture("mix-apu-dgpu-amd")]
[TestFixture("noamd")]
[TestFixture("vega10x2-nodomain")]
public sealed class CapturedHostTests(string name) : IDisposable
{
    private const string All = "GPU_RUNTIME_GPUS=driver=any,count=all";
    private static readonly string[] Vendors = ["0x10de", "0x1002", "0x8086"];

    private readonly TemporaryDirectory _directory = new();
    private CapturedHost? _host;
    private RuntimeConfiguration _configuration = RuntimeConfiguration.Default;
    private LinuxHostRoot? _root;

    [OneTimeSetUp]
    public void Unpack()
    {
        try
        {
            _host = CapturedHost.Open(name, _directory.Combine(name));
            _configuration = ConfigurationFile.Load(_host.ConfigPath).Values;
            _root = new LinuxHostRoot(_configuration);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        _root?.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void Its_GPUs_and_their_nodes_are_found() =>
        Assert.That(Found().Select(Line), Is.EqualTo(Expected().Select(gpu => gpu.Line)));

    // What each GPU gets when it is asked for by its own name is its nodes, and those of no other.
    [Test]
    public void Each_GPU_gives_its_own_nodes()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var (gpu, expected) in Found().Zip(Expected()))
                Assert.That(Nodes($"GPU_RUNTIME_GPUS={gpu.Id}"), Is.EquivalentTo(expected.Nodes), gpu.Id);
        }
    }

    [Test]
    public void All_of_them_give_the_union_with_each_node_once()
    {
        if (Expected().Count == 0)
            Refusal.Of(ErrorCode.NoGpu, () => Nodes(All));
        else
            Assert.That(Nodes(All), Is.EquivalentTo(Expected().SelectMany(gpu => gpu.Nodes).Distinct()));
    }

    [Test]
    public void Every_name_that_a_GPU_has_leads_to_it()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var gpu in Found())
            {
                var sharing = Found().Where(other => other.PciAddress == gpu.PciAddress).SelectMany(AllNodes);
                Assert.That(Nodes($"GPU_RUNTIME_GPUS=device={gpu.PciAddress}"), Is.EquivalentTo(sharing.Distinct()), $"{gpu.PciAddress}");
                if (gpu.Uuid is { } uuid)
                    Assert.That(Nodes($"GPU_RUNTIME_GPUS=device={uuid}"), Is.EquivalentTo(Found().Where(other => other.Uuid == uuid).SelectMany(AllNodes).Distinct()), uuid);
            }
        }
    }

    private ImmutableArray<Gpu> Found() => VendorModules.Discover(_root!);

    // What stands in a plan beyond the GPUs' own nodes is the driver's, which the captures leave out.
    private IEnumerable<string> Nodes(string environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment([environment, "NVIDIA_DRIVER_CAPABILITIES=graphics"]) };
        var edits = EditPlanner.Plan(RequestReader.Read(facts, _configuration, out _)!, facts.Environment, _root!, _configuration, out _)!;
        return edits.DeviceNodes.Select(node => node.Path).Except(["/dev/nvidiactl", "/dev/nvidia-modeset", "/dev/nvidia0"]);
    }

    private static IEnumerable<string> AllNodes(Gpu gpu) => gpu.DrmNodes.Concat(gpu.DeviceNodes).Select(node => node.Path).Where(path => path != "/dev/nvidia0");

    private static string Line(Gpu gpu) =>
        $"{gpu.Vendor} {gpu.PciAddress} {gpu.Partition ?? 0} {gpu.Uuid} {string.Join(' ', AllNodes(gpu))}";

    private List<ExpectedGpu> Expected() =>
    [
        .. _host!.Expected.RootElement.GetProperty("gpus").EnumerateArray().Select(ExpectedGpu.Of)
            .OrderBy(gpu => gpu.Vendor).ThenBy(gpu => gpu.Address).ThenBy(gpu => gpu.Partition),
    ];

    private sealed record ExpectedGpu(GpuVendor Vendor, PciAddress Address, int Partition, string? Uuid, string[] Nodes)
    {
        public string Line => $"{Vendor} {Address} {Partition} {Uuid} {string.Join(' ', Nodes)}";

        public static ExpectedGpu Of(JsonElement gpu)
        {
            var own = gpu.GetProperty("addr").GetString()!;
            // Only AMD's partitions have no PCI function of their own.
            var isPartition = gpu.GetProperty("vendor").ValueKind == JsonValueKind.Null;
            var vendor = isPartition ? GpuVendor.Amd : (GpuVendor)Array.IndexOf(Vendors, gpu.GetProperty("vendor").GetString());
            var address = PciAddress.Parse(isPartition ? gpu.GetProperty("parent").GetString() : own)!.Value;
            var number = gpu.TryGetProperty("partition", out var partition) ? partition.GetInt32() : 0;
            // The capture of two Vegas gives both one address, and calls the second partition 0 too: it is the first partition beside the GPU.
            var uuid = vendor switch
            {
                GpuVendor.Nvidia => "GPU-00000000-1111-2222-3333-444444444400",
                GpuVendor.Amd when gpu.GetProperty("kfd_unique_id").GetString() is { } id && id.Trim('0').Length > 0 => "0x" + id.TrimStart('0').ToUpperInvariant(),
                _ => null,
            };
            return new ExpectedGpu(vendor, address, isPartition ? Math.Max(1, number) : number, uuid, [.. gpu.GetProperty("nodes").EnumerateArray().Select(node => node.GetString()!)]);
        }
    }
}
