using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>Which version a specification needs, and what is left of it in an older one.</summary>
public sealed class CdiVersionTests
{
    private static readonly CdiSpec Plain = With(new CdiEdits { DeviceNodes = [new CdiDeviceNode("/dev/a")] });

    private static readonly TestCaseData<CdiSpec>[] Uses =
    [
        Case("0.3.0", Plain),
        Case("0.4.0", With(new CdiEdits { Mounts = [new CdiMount("/a", "/a") { Type = "bind" }] })),
        Case("0.5.0", With(new CdiEdits { DeviceNodes = [new CdiDeviceNode("/dev/a") { HostPath = "/dev/b" }] })),
        Case("0.5.0", Plain with { Devices = [Plain.Devices[0] with { Name = "0" }] }),
        Case("0.5.0", Plain with { Edits = new CdiEdits { DeviceNodes = [new CdiDeviceNode("/dev/a") { HostPath = "/dev/b" }] } }),
        Case("0.6.0", Plain with { Kind = "example.com/gpu.x" }),
        Case("0.6.0", Plain with { Annotations = Plain.Annotations.Add("a", "b") }),
        Case("0.6.0", Plain with { Devices = [Plain.Devices[0] with { Annotations = Plain.Annotations.Add("a", "b") }] }),
        Case("0.7.0", With(new CdiEdits { AdditionalGids = [44] })),
        Case("0.7.0", With(new CdiEdits { IntelRdt = new CdiIntelRdt() })),
        Case("1.1.0", With(new CdiEdits { IntelRdt = new CdiIntelRdt { Schemata = ["MB:0=70"] } })),
        Case("1.1.0", With(new CdiEdits { IntelRdt = new CdiIntelRdt { EnableMonitoring = true } })),
        Case("1.1.0", With(new CdiEdits { NetDevices = [new CdiNetDevice("a", "b")] })),
    ];

    [TestCaseSource(nameof(Uses))]
    public void The_least_version_is_the_one_that_has_all_that_is_used(CdiSpec spec)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CdiVersions.LeastFor(spec), Is.EqualTo(spec.Version));
            Assert.That(CdiRules.Problems(spec), Is.Empty);
            foreach (var older in CdiVersion.All.Where(version => version < spec.Version))
                Assert.That(CdiRules.Problems(spec with { Version = older }).Single().Text, Does.StartWith($"cannot be said before version {spec.Version} of CDI").And.EndWith($"cdiVersion is {older}"));
        }
    }

    [Test]
    public void An_engine_that_knows_0_5_0_gets_what_that_version_can_say()
    {
        var fitted = CdiVersions.Fit(FullSpec.Spec with { Kind = "example.com/gpu", Devices = [FullSpec.Spec.Devices[0], FullSpec.Spec.Devices[2]] }, CdiVersion.HostPaths, out var leftOut);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(leftOut, Is.EqualTo((string[])
            [
                "Annotations are left out: version 0.5.0 has none, 0.6.0 and newer have them.",
                "Additional groups, without which a user other than root may not open the device nodes, are left out: version 0.5.0 has none, 0.7.0 and newer have them.",
                "Intel RDT's settings are left out: version 0.5.0 has none, 0.7.0 and newer have them.",
            ]));
            Assert.That(CdiRules.Problems(fitted), Is.Empty);
            Assert.That(fitted.Version, Is.EqualTo(CdiVersion.HostPaths));
            Assert.That(CdiText.Of(fitted.Devices[0].Edits.DeviceNodes), Is.EqualTo(CdiText.Of(FullSpec.Spec.Devices[0].Edits.DeviceNodes)));
            Assert.That(CdiText.Of(fitted.Edits.Hooks), Is.EqualTo(CdiText.Of(FullSpec.Spec.Edits.Hooks)));
        }
    }

    [Test]
    public void What_a_version_can_say_stays_as_it_is()
    {
        var fitted = CdiVersions.Fit(FullSpec.Spec, CdiVersion.NetDevices, out var leftOut);

        Assert.That((CdiText.Of(fitted), leftOut.Length), Is.EqualTo((CdiText.Of(FullSpec.Spec), 0)));
    }

    [Test]
    public void Network_interfaces_and_newer_settings_of_Intel_RDT_are_left_out_before_1_1_0()
    {
        var spec = Plain with { Edits = new CdiEdits { NetDevices = [new CdiNetDevice("a", "b")], IntelRdt = new CdiIntelRdt { ClosId = "x", Schemata = ["y"], EnableMonitoring = true } } };

        var fitted = CdiVersions.Fit(spec, CdiVersion.Groups, out var leftOut);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fitted.Edits.NetDevices, Is.Empty);
            Assert.That(CdiText.Of(fitted.Edits.IntelRdt), Is.EqualTo(CdiText.Of(new CdiIntelRdt { ClosId = "x" })));
            Assert.That(leftOut, Has.Length.EqualTo(2).And.Some.Contains("Network interfaces").And.Some.Contains("schemata").IgnoreCase);
        }
    }

    [Test]
    public void Bind_mounts_lose_their_type_and_other_file_systems_are_left_out_before_0_4_0()
    {
        var spec = Plain with { Edits = new CdiEdits { Mounts = [new CdiMount("/a", "/a") { Type = "bind" }, new CdiMount("x", "/b") { Type = "none", Options = ["rbind"] }, new CdiMount("tmpfs", "/c") { Type = "tmpfs" }] } };

        var fitted = CdiVersions.Fit(spec, CdiVersion.First, out var leftOut);

        Assert.That(fitted.Edits.Mounts.Select(mount => (mount.ContainerPath, mount.Type)), Is.EqualTo([("/a", null), ("/b", (string?)null)]));
        Assert.That(leftOut, Has.Length.EqualTo(2).And.Some.StartWith("Types of bind mounts").And.Some.StartWith("Mounts of file systems"));
    }

    [Test]
    public void A_node_is_known_by_its_numbers_where_it_cannot_be_by_the_hosts_path()
    {
        var node = new CdiDeviceNode("/dev/a") { HostPath = "/dev/b", Type = "c", Major = 1, Minor = 5 };

        var fitted = CdiVersions.Fit(With(new CdiEdits { DeviceNodes = [node, node with { Path = "/dev/b", Major = null }] }), CdiVersion.MountTypes, out var leftOut);

        Assert.That(fitted.Devices[0].Edits.DeviceNodes, Is.EqualTo([node with { HostPath = null }, node with { Path = "/dev/b", HostPath = null, Major = null }]));
        Assert.That(leftOut.Single(), Does.StartWith("Paths of device nodes on the host"));
    }

    [Test]
    public void What_cannot_be_left_out_is_an_error()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refused(Plain with { Devices = [Plain.Devices[0] with { Name = "0" }] }, CdiVersion.MountTypes), Does.Contain("version 0.4.0").And.Contain("devices[0].name needs a device name that begins with a digit, which comes with 0.5.0"));
            Assert.That(Refused(Plain with { Kind = "example.com/a.b" }, CdiVersion.HostPaths), Does.Contain("kind needs a dot in the class"));
            Assert.That(Refused(With(new CdiEdits { DeviceNodes = [new CdiDeviceNode("/dev/a") { HostPath = "/dev/b" }] }), CdiVersion.MountTypes), Does.Contain("/dev/a is /dev/b on the host"));
            Assert.That(Refused(With(new CdiEdits { AdditionalGids = [44] }), CdiVersion.Annotations), Does.Contain("nothing would be left of the device \"a\""));
        }
    }

    private static string Refused(CdiSpec spec, CdiVersion version) => Refusal.Of(ErrorCode.CdiSpecInvalid, () => CdiVersions.Fit(spec, version, out _));

    private static CdiSpec With(CdiEdits edits) => new(CdiVersion.First, "example.com/gpu") { Devices = [new CdiDevice("a", edits)] };

    private static TestCaseData<CdiSpec> Case(string version, CdiSpec spec) => new(spec with { Version = CdiVersion.Parse(version)!.Value });
}
