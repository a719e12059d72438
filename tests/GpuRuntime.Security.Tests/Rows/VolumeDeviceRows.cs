using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// Devices asked for by mounts, as NVIDIA's toolkit takes them where it is told to (CVE-2024-0136, CVE-2024-0137). Ours takes none: such mounts are
/// mounts, whatever they are called, and the variable that goes with them names no GPU.
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Runtime)]
[Category("T5")]
public sealed class VolumeDeviceRows(HookVerb verb) : PolicyFixture(verb)
{
    private const string Prefix = "/var/run/nvidia-container-devices";

    [TestCase($"{Prefix}/all")]
    [TestCase($"{Prefix}/0")]
    [TestCase($"{Prefix}/../nvidia-container-devices/0")]
    [TestCase($"{Prefix}/cdi/nvidia.com/gpu/all")]
    public async Task A_mount_that_names_a_device_gives_none(string destination)
    {
        var (result, _) = await StartAsync(ListingNodes with { Edit = spec => Mount(spec, destination) });

        Assert.That(result.EnsureSuccess().Lines, Is.Empty);
    }

    [Test]
    public async Task The_variable_that_goes_with_the_mounts_names_no_GPU()
    {
        var (result, _) = await StartAsync(ListingNodes with { Devices = Prefix, Edit = static spec => Mount(spec, $"{Prefix}/all") });

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(HookSentence.In(result), Does.Contain("GRT2001").And.Contain(Prefix));
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_takes_the_names_of_mounts_for_names_of_devices_makes_files_on_the_host()
    {
        var made = Machine.Directory.Combine($"made-{Guid.NewGuid():N}");
        const string body = $"""for name in $(sed -n 's#.*"destination": "{Prefix}/\([^"]*\)".*#\1#p' "$bundle/config.json"); do mknod "$root/dev/$name" c 195 0; done""";
        var bundle = await CreateBundleAsync(ListingNodes with { Edit = spec => { spec.Remove("hooks"); Mount(spec, $"{Prefix}/../../../../../../../..{made}"); } });
        var runtime = Runc("run", "--bundle", bundle.Directory, NewId());

        await (runtime with { Program = WeakProgram.Runtime(Machine.Directory, body, runtime.Program) }).RunAsync();

        Assert.That(File.Exists(made));
    }

    private static void Mount(JsonObject spec, string destination) => spec["mounts"]!.AsArray().Add(new JsonObject
    {
        ["destination"] = destination,
        ["type"] = "bind",
        ["source"] = "/dev/null",
        ["options"] = new JsonArray("bind"),
    });
}
