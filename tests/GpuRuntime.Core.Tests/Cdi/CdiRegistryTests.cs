using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>Which file decides what a name means.</summary>
public sealed class CdiRegistryTests
{
    [Test]
    public void The_last_directory_that_defines_a_device_decides()
    {
        var registry = Registry(File("/etc/cdi/a.yaml", 0, "0", "1"), File("/var/run/cdi/a.yaml", 1, "1", "2"), File("/run/more/a.yaml", 2, "3"));

        Assert.That(registry.Devices.Select(device => $"{device.Name} {device.File.Path}"), Is.EqualTo((string[])
        [
            "example.com/gpu=0 /etc/cdi/a.yaml", "example.com/gpu=1 /var/run/cdi/a.yaml", "example.com/gpu=2 /var/run/cdi/a.yaml", "example.com/gpu=3 /run/more/a.yaml",
        ]));
        Assert.That(registry.Conflicts, Is.Empty);
        Assert.That(registry.Resolve(Name("1")).Device.Edits.Environment.Single(), Is.EqualTo("FROM=/var/run/cdi/a.yaml"));
    }

    [Test]
    public void Two_files_of_one_directory_that_define_a_device_leave_it_to_nobody()
    {
        var registry = Registry(File("/etc/cdi/a.yaml", 0, "0", "1"), File("/etc/cdi/b.json", 0, "1", "2"));

        var sentence = Refusal.Of(ErrorCode.CdiDeviceConflict, () => registry.Resolve(Name("1")));

        Assert.That(sentence, Does.Contain("example.com/gpu=1").And.Contain("/etc/cdi/a.yaml and /etc/cdi/b.json").And.Contain("remove one of them"));
        Assert.That(registry.Devices.Select(device => device.Name.Device), Is.EqualTo(["0", "2"]));
        Assert.That(registry.Conflicts.Single().Paths, Is.EqualTo(["/etc/cdi/a.yaml", "/etc/cdi/b.json"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_conflict_in_a_directory_that_does_not_decide_does_not_matter(bool decidingFirst)
    {
        CdiFile[] low = [File("/etc/cdi/a.yaml", 0, "0"), File("/etc/cdi/b.yaml", 0, "0")];
        var high = File("/var/run/cdi/a.yaml", 1, "0");

        var registry = Registry(decidingFirst ? [high, .. low] : [.. low, high]);

        Assert.That((registry.Resolve(Name("0")).File.Path, registry.Conflicts.Length), Is.EqualTo((high.Path, 0)));
    }

    [Test]
    public void One_name_of_two_kinds_is_two_devices()
    {
        var other = File("/etc/cdi/b.yaml", 0, "0");

        var registry = Registry(File("/etc/cdi/a.yaml", 0, "0"), other with { Spec = other.Spec with { Kind = "example.com/nic" } });

        Assert.That(registry.Devices.Select(device => device.Name.ToString()), Is.EqualTo(["example.com/gpu=0", "example.com/nic=0"]));
        Assert.That(registry.Defines(Name("0")) && !registry.Defines(Name("1")));
    }

    [Test]
    public void A_name_that_nobody_defines_is_told_with_what_there_is_and_what_does_not_count()
    {
        var files = new CdiFileSet(
            [File("/etc/cdi/a.yaml", 0, [.. Enumerable.Range(10, 20).Select(number => $"{number}")])],
            [new CdiIgnored("/etc/cdi/b.yaml", "The CDI specification /etc/cdi/b.yaml is not a regular file.")]);

        var sentence = Refusal.Of(ErrorCode.CdiDeviceNotFound, () => new CdiRegistry(files).Resolve(Name("x")));

        Assert.That(sentence, Is.EqualTo(
            $"No CDI specification defines the device example.com/gpu=x: there are {string.Join(", ", Enumerable.Range(10, 12).Select(number => $"example.com/gpu={number}"))} and 8 more (gpu-runtime cdi list)"
            + "; not counted: The CDI specification /etc/cdi/b.yaml is not a regular file."));
    }

    [Test]
    public void A_host_without_specifications_is_said_to_have_none() =>
        Assert.That(Refusal.Of(ErrorCode.CdiDeviceNotFound, () => Registry().Resolve(Name("0"))), Does.EndWith("there is none on this host."));

    private static CdiRegistry Registry(params ImmutableArray<CdiFile> files) => new(new CdiFileSet(files, []));

    private static CdiFile File(string path, int priority, params string[] devices) => new(path, priority, new CdiSpec(CdiVersion.HostPaths, "example.com/gpu")
    {
        Devices = [.. devices.Select(device => new CdiDevice(device, new CdiEdits { Environment = [$"FROM={path}"] }))],
    });

    private static CdiName Name(string device) => new("example.com", "gpu", device);
}
