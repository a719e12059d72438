using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>What is generated of every kind of host keeps CDI's rules, and says the same of the same host.</summary>
public sealed class GeneratedSpecTests
{
    private const string Hook = "/usr/local/bin/gpu-runtime-hook";

    private static IEnumerable<string> ReadyHostNames => ReadyHosts.ByName.Keys;

    [TestCaseSource(nameof(ReadyHostNames))]
    public void The_specifications_of_a_host_keep_the_rules_and_the_schema_and_do_not_vary(string host)
    {
        using var machine = MixedMachine.Create(ReadyHosts.ByName[host]);

        AssertSound(machine.Root, machine.Configuration);
    }

    [Test]
    public void So_do_those_of_NVIDIAs_GPUs_and_MIG_devices()
    {
        using var machine = TestMachine.Create(new SimulatedNvidiaHostOptions
        {
            GpuCount = 2,
            MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(2, 0), new(9, 0)]),
        });

        var spec = AssertSound(machine.Root, machine.Configuration).Single();

        Assert.That(spec.Devices.Select(device => device.Name), Is.EqualTo((string[])
        [
            "0", "0:0", "0:1", "1", machine.Host.Gpus[0].Uuid, machine.Host.Gpus[1].Uuid, machine.Host.Gpus[0].PciAddress, machine.Host.Gpus[1].PciAddress, "all",
        ]));
    }

    [TestCase("amd-phoenix-apu")]
    [TestCase("mi210x8")]
    [TestCase("mi300x8-cpx")]
    [TestCase("mix-amd-intel-nvidia")]
    [TestCase("mix-apu-dgpu-amd")]
    [TestCase("vega10x2-nodomain")]
    public void So_do_those_of_a_captured_host(string name)
    {
        using var directory = new TemporaryDirectory();
        try
        {
            var configuration = ConfigurationFile.Load(CapturedHost.Open(name, directory.Combine(name)).ConfigPath).Values;
            using var root = new LinuxHostRoot(configuration);
            Assert.That(AssertSound(root, configuration), Is.Not.Empty);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [TestCase(GpuVendor.Nvidia)]
    [TestCase(GpuVendor.Amd)]
    [TestCase(GpuVendor.Intel)]
    public void The_file_of_a_vendor_is_as_people_have_read_it(GpuVendor vendor)
    {
        using var machine = MixedMachine.Create(ReadyHosts.ThreeVendors);

        var yaml = Encoding.UTF8.GetString(CdiWriter.Write(Generate(vendor, machine.Root, machine.Configuration)!.Spec, CdiFormat.Yaml)).Replace(machine.Host.Directory, "HOST", StringComparison.Ordinal);

        Assert.That(yaml, Is.EqualTo(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"Cdi/Golden/Generated/{vendor.Word()}.yaml"))));
    }

    [Test]
    public void A_GPU_that_cannot_be_given_is_left_out_with_its_reason_and_keeps_the_others_from_nobody()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        File.Delete(Path.Combine(machine.Host.DevRoot, "dri/renderD128"));

        var generated = Generate(GpuVendor.Amd, machine.Root, machine.Configuration)!;

        Assert.Multiple(() =>
        {
            Assert.That(generated.Warnings.Single(), Does.StartWith("amd:0 is left out: ").And.Contain("renderD128"));
            Assert.That(generated.Spec.Devices.Select(device => device.Name), Does.Contain("1").And.Contain("all").And.Contain("0000:c3:00.0").And.None.EqualTo("0").And.None.EqualTo("0000:43:00.0"));
            Assert.That(generated.Spec.Devices.Single(device => device.Name == "all").Edits.DeviceNodes.Select(node => node.Path), Does.Not.Contain("/dev/dri/card2"));
        });
    }

    [Test]
    public void A_host_of_which_no_GPU_can_be_given_says_why()
    {
        using var machine = MixedMachine.Create(ReadyHosts.Mi210Pair);
        Directory.Delete(Path.Combine(machine.Host.DevRoot, "dri"), recursive: true);

        var refusal = Assert.Throws<GpuRuntimeException>(() => Generate(GpuVendor.Amd, machine.Root, machine.Configuration))!;

        Assert.That(refusal.Code, Is.EqualTo(ErrorCode.DeviceNodeMissing));
    }

    // A physical function that hands itself out is given to those who name it.
    [Test]
    public void All_leaves_out_a_GPU_that_hands_out_virtual_functions()
    {
        using var machine = MixedMachine.Create(ReadyHosts.IntelSriov);
        var parent = machine.Gpus.First(gpu => gpu.OffersVirtualFunctions);

        var spec = Generate(GpuVendor.Intel, machine.Root, machine.Configuration)!.Spec;

        Assert.Multiple(() =>
        {
            Assert.That(spec.Devices.Select(device => device.Name), Does.Contain(parent.PciAddress.ToString()));
            Assert.That(spec.Devices.Single(device => device.Name == "all").Edits.DeviceNodes.Select(node => node.Path), Does.Not.Contain(parent.DrmNodes[0].Path));
        });
    }

    [Test]
    public void Podmans_version_leaves_out_groups_and_says_so()
    {
        using var machine = MixedMachine.Create(ReadyHosts.ThreeVendors);

        var fitted = CdiVersions.Fit(Generate(GpuVendor.Amd, machine.Root, machine.Configuration)!.Spec, CdiVersion.HostPaths, out var leftOut);

        Assert.That(fitted.Version, Is.EqualTo(CdiVersion.HostPaths));
        Assert.That(leftOut.Single(), Does.Contain("groups"));
    }

    private static GeneratedSpec? Generate(GpuVendor vendor, IHostRoot root, RuntimeConfiguration configuration) =>
        CdiGenerator.Generate(VendorModules.All.Single(module => module.Vendor == vendor), root, configuration, Hook);

    private static List<CdiSpec> AssertSound(LinuxHostRoot root, RuntimeConfiguration configuration)
    {
        var specs = new List<CdiSpec>();
        foreach (var vendor in Enum.GetValues<GpuVendor>())
        {
            if (Generate(vendor, root, configuration) is not { } generated)
                continue;
            specs.Add(generated.Spec);
            var json = CdiWriter.Write(generated.Spec, CdiFormat.Json);
            Assert.Multiple(() =>
            {
                Assert.That(CdiReader.Check(json, "generated.json", out _), Is.Empty);
                Assert.That(Schema?.Problems(json) ?? [], Is.Empty);
                Assert.That(generated.Spec.Version, Is.EqualTo(CdiVersions.LeastFor(generated.Spec)));
                Assert.That(CdiWriter.Write(Generate(vendor, root, configuration)!.Spec, CdiFormat.Json), Is.EqualTo(json));
                Assert.That(generated.Spec.Devices.Select(device => device.Name), Is.Unique.And.Contains("all"));
                Assert.That(generated.Spec.Edits.Hooks.Select(hook => hook.Environment.Length), Has.All.GreaterThan(0));
            });
        }

        Assert.That(specs.Count, Is.EqualTo(VendorModules.Identify(root).Select(gpu => gpu.Vendor).Distinct().Count()));
        return specs;
    }

    // Where Debian's package cannot be had, CdiSchemaTests say so.
    private static CdiSchema? Schema => LoadedSchema.Value;

    private static readonly Lazy<CdiSchema?> LoadedSchema = new(() =>
    {
        try
        {
            return CdiSchema.Load();
        }
        catch (TestResourceUnavailableException)
        {
            return null;
        }
    });
}
