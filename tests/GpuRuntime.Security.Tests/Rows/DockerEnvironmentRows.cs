using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// CVE-2025-23266 on a real dockerd: an image with a library, and LD_PRELOAD that names it by /proc/self/cwd. A hook without an environment of its own
/// loads it, as root of the host. With our runtime and with our hook nobody does; a runtime that adds such a hook is the control.
/// </summary>
[Category("T6")]
public sealed class DockerEnvironmentRows : DockerFixture
{
    private const string Weak = "weak";
    private const string Library = """
        #include <fcntl.h>
        #include <unistd.h>

        __attribute__((constructor)) static void loaded(void)
        {
            close(open(MARKER, O_WRONLY | O_CREAT, 0600));
        }

        """;

    private TestImage? _image;

    private string Marker => Machine.Directory.Combine("loaded-on-the-host");

    [TearDown]
    public void Forget() => File.Delete(Marker);

    [Test]
    public async Task No_program_of_the_host_loads_the_images_library_with_our_runtime()
    {
        var result = await Docker.RunAsync(Hostile(RuntimeNames.GpuRuntime).With("NVIDIA_VISIBLE_DEVICES", "all").With("NVIDIA_DRIVER_CAPABILITIES", "all"));

        Probe.AssertAllOpen(result, HostNodes.OfGpus(Host, 0));
        Assert.That(File.Exists(Marker), Is.False);
    }

    [Test]
    public async Task No_program_of_the_host_loads_the_images_library_with_our_hook()
    {
        var result = await Docker.RunAsync(Hostile(RuntimeNames.Runc).WithOptions("--gpus", "all"));

        Probe.AssertAllOpen(result, HostNodes.OfGpus(Host, 0));
        Assert.That(File.Exists(Marker), Is.False);
    }

    [Test]
    public async Task Every_hook_of_a_container_of_our_runtime_has_an_environment_of_its_own_and_none_runs_in_the_container()
    {
        var id = await Docker.StartContainerAsync(Hostile(RuntimeNames.GpuRuntime, "sleep", "1000").With("NVIDIA_VISIBLE_DEVICES", "all").WithOptions("--cap-add", "MKNOD"));

        var hooks = JsonNode.Parse(await File.ReadAllTextAsync(Docker.BundleConfigPath(id)))!["hooks"]?.AsObject() ?? [];

        (await Docker.DockerAsync("rm", "--force", id)).EnsureSuccess();
        var ours = hooks.SelectMany(static stage => stage.Value!.AsArray().Select(hook => (Stage: stage.Key, Hook: hook!))).Where(static one => ((string)one.Hook["path"]!).Contains("gpu-runtime", StringComparison.Ordinal)).ToList();
        Assert.That(ours, Is.Not.Empty);
        foreach (var (stage, hook) in ours)
        {
            Assert.That(stage, Is.AnyOf("prestart", "createRuntime"));
            Assert.That(hook["env"]!.AsArray().Select(static variable => (string)variable!), Is.Not.Empty.And.None.Contains("EVIL"));
        }
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_adds_a_hook_without_an_environment_has_the_library_loaded_on_the_host()
    {
        await Docker.RunAsync(Hostile(Weak));

        Assert.That(File.Exists(Marker), "the attack does not work, and the other rows show nothing");
    }

    private ContainerRequest Hostile(string runtime, params ReadOnlySpan<string> command) =>
        (ContainerRequest.Of(_image!, command.IsEmpty ? Probe.Open(HostNodes.OfGpus(Host, 0)).AsSpan() : command) with { Runtime = runtime })
            .With("LD_PRELOAD", "/proc/self/cwd/evil.so").With("EVIL", "1");

    private protected override EngineSettings Configure(EngineSettings settings)
    {
        var programs = Machine.Directory.CreateSubdirectory("programs");
        File.CreateSymbolicLink(Path.Combine(programs, "nvidia-container-runtime-hook"), Programs.GpuRuntimeHook);
        return settings with { ProgramDirectory = programs };
    }

    // The stage at which NVIDIA's hooks ran: in the container's namespaces and in its root filesystem, before it is root there.
    private protected override ImmutableDictionary<string, string> Runtimes() => base.Runtimes().Add(Weak, WeakProgram.Runtime(
        Machine.Directory, """sed -i 's#"linux":{#"hooks":{"createContainer":[{"path":"/bin/true"}]},&#' "$bundle/config.json" """, EngineFactory.LowLevelRuntime(Kind)));

    private protected override async Task PrepareAsync()
    {
        var source = Machine.Directory.Combine("evil.c");
        await File.WriteAllTextAsync(source, Library);
        var library = Machine.Directory.Combine("evil.so");
        (await Command.Of("gcc", "-shared", "-fPIC", "-O1", "-s", $"-DMARKER=\"{Marker}\"", "-o", library, source).RunAsync()).EnsureSuccess();
        _image = await ImportedAsync(TestImage.Glibc(Machine.Directory, "hostile", add: root => File.Copy(library, Path.Combine(root, "evil.so"))));
    }
}
