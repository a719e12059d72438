using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests.Namespaces;

public sealed class ContainerMaskOnRuncTests : DirectoryFixture
{
    private readonly string _id = $"grt-linux-{Guid.NewGuid():N}";

    [TearDown]
    public void DeleteContainer() => Runc("delete", "--force", _id);

    [Test]
    public void A_container_that_runc_has_created_sees_the_cover_when_it_runs()
    {
        var root = Image.Of(() => RootFilesystem.Busybox(Temporary.Combine("bundle/rootfs")));
        Bundle.Create(Temporary.Combine("bundle"), root, new BundleOptions { Args = ["sleep", "1000"], CgroupsPath = $"/{_id}" });
        // To files, not pipes: the container's process would hold them open.
        var created = Command.Try("sh", "-c", $"runc --root '{StateRoot}' create --bundle '{Temporary.Combine("bundle")}' {_id} </dev/null >'{Log}' 2>&1");
        if (created.Status != 0)
            Assert.Ignore($"runc makes no containers here: {File.ReadAllText(Log)}");
        var pid = JsonNode.Parse(Runc("state", _id).Output)!["pid"]!.GetValue<int>();
        var version = File.ReadAllText("/proc/version");

        Assert.That(ContainerMaskTests.Apply(pid, root, "version"), Is.True, pid.ToString(CultureInfo.InvariantCulture));
        Assert.That(ContainerMaskTests.Apply(pid, root, "driver/nvidia/params-of-nobody"), Is.False);
        Assert.That(Runc("start", _id).Status, Is.Zero);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Runc("exec", _id, "cat", "/proc/version").Output, Is.EqualTo("covered by gpu-runtime\n"));
            Assert.That(Runc("exec", _id, "sh", "-c", "echo x > /proc/version").Status, Is.Not.Zero);
            Assert.That(File.ReadAllText("/proc/version"), Is.EqualTo(version));
            Assert.That(ContainerMaskTests.OwnMounts(), Is.Empty);
            Assert.That(File.ReadAllText("/proc/self/mountinfo"), Does.Not.Contain(Temporary.Path));
        }
    }

    private string StateRoot => Temporary.Combine("state");

    private string Log => Temporary.Combine("log");

    private (int Status, string Output, string Error) Runc(params string[] arguments) => Command.Try("runc", ["--root", StateRoot, .. arguments]);
}
