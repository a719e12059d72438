using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Prestart;

/// <summary>
/// podman of a user who is not root, with the hook in its hooks directory: no right to make nodes or to change a cgroup, and none needed.
/// </summary>
public sealed class RootlessPodmanRows
{
    private const string UserName = "nobody";
    private const uint UserId = 65534;

    // With another user namespace of its own, the root of the container is one of the subordinate users.
    private const UnixFileMode PassableByOthers =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private NvidiaMachine? _machine;
    private IContainerEngine? _podman;
    private TestImage? _glibc;

    private SimulatedNvidiaHost Host => _machine!.Host;

    [Test]
    public async Task Exactly_the_GPUs_that_are_asked_for_open([Values("host", "keep-id", "auto:size=1000")] string userNamespace)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 0, 1), .. HostNodes.ForCompute];

        var opened = await RunAsync(Probe.Open(HostNodes.OfAllGpus(Host).Concat(HostNodes.ForCompute)), "--env", "NVIDIA_VISIBLE_DEVICES=0,1", "--userns", userNamespace);

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(Probe.Results(opened).Values.Count(static answer => answer == Probe.Absent), Is.EqualTo(Host.Gpus.Length - 2), opened.ToString());
    }

    [Test]
    public async Task The_loader_finds_the_drivers_libraries()
    {
        var result = await RunAsync(Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"), "--annotation", "gpu-runtime.io/gpus=all");

        Assert.That(result.ExitCode, Is.Zero, result.ToString());
    }

    [Test]
    public async Task Nodes_are_the_hosts_own_and_files_that_are_made_belong_to_the_containers_root()
    {
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await RunAsync(
            ["sh", "-c", $"grep -c ' {node} ' /proc/self/mountinfo; stat -c '%u:%g' {node} /etc/ld.so.cache /usr/lib/x86_64-linux-gnu/libcuda.so"], "--env", "NVIDIA_VISIBLE_DEVICES=0");

        // Root of the host has no number in the container.
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["1", "65534:65534", "0:0", "0:0"]));
    }

    [Test]
    public async Task Graphics_brings_its_links_and_its_profile_without_a_state_directory()
    {
        var result = await RunAsync(
            ["sh", "-c", "ls /dev/dri/by-path; cat /etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf"],
            "--env", "NVIDIA_VISIBLE_DEVICES=0", "--env", "NVIDIA_DRIVER_CAPABILITIES=all");

        Assert.That(result.EnsureSuccess().Lines, Is.SupersetOf(HostNodes.ByPathLinks(Host, 0)));
        Assert.That(result.Output, Does.Contain("EGLVisibleDGPUDevices"));
    }

    // By our specification: podman binds nodes and files, our hook of it does the rest.
    [Test]
    public async Task A_CDI_device_brings_its_GPU_with_links_and_libraries([Values("host", "keep-id")] string userNamespace)
    {
        string[] nodes = [.. HostNodes.OfGpus(Host, 2), .. HostNodes.ForCompute];

        var opened = await RunAsync(Probe.Open(HostNodes.OfAllGpus(Host).Concat(HostNodes.ForCompute)), "--device", "nvidia.com/gpu=2", "--userns", userNamespace);
        var loaded = await RunAsync(Probe.Load("libcuda.so.1", "libnvidia-ml.so.1"), "--device", "nvidia.com/gpu=2", "--userns", userNamespace);
        var linked = await RunAsync(["ls", "/dev/dri/by-path"], "--device", "nvidia.com/gpu=2", "--userns", userNamespace);

        Probe.AssertAllOpen(opened, nodes);
        Assert.That(Probe.Results(opened).Values.Count(static answer => answer == Probe.Absent), Is.EqualTo(Host.Gpus.Length - 1), opened.ToString());
        Assert.That(loaded.ExitCode, Is.Zero, loaded.ToString());
        Assert.That(linked.EnsureSuccess().Lines, Is.EquivalentTo(HostNodes.ByPathLinks(Host, 2)));
    }

    // The ledger is root's: what needs no account of others goes without.
    [Test]
    public async Task A_GPU_is_shared_and_is_not_had_alone()
    {
        var shared = await RunAsync(["true"], "--env", "GPU_RUNTIME_GPUS=device=0,mode=shared");
        var refused = await RunAsync(["true"], "--env", "GPU_RUNTIME_GPUS=device=0,mode=exclusive");

        Assert.That(shared.ExitCode, Is.Zero, shared.ToString());
        Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
        Assert.That(refused.Error, Does.Contain("GRT2007").And.Contain("exclusive use").And.Contain(_machine!.StateDirectory).And.Contain("root's engine"));
        Assert.That(Directory.Exists(Path.Combine(_machine.StateDirectory, "allocations")), Is.False, "nothing is left there");
    }

    [Test]
    public async Task The_container_is_not_roots()
    {
        var result = await RunAsync(["cat", "/proc/self/uid_map"]);

        Assert.That(result.EnsureSuccess().Lines[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), Is.EqualTo((string[])["0", $"{UserId}", "1"]));
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        try
        {
            _machine = TestMachine.Create();
            _podman = Podman(_machine);
            await GenerateAsync(_machine);
            _glibc = TestImage.Glibc(_machine.Directory);
            await _podman.ImportAsync(_glibc);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_podman is not null)
            await _podman.DisposeAsync();
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    // By programs that the user may read, as installed ones are: a specification names the hook beside the program that wrote it.
    private static async Task GenerateAsync(TestMachine machine)
    {
        var program = machine.Directory.Combine("gpu-runtime");
        File.Copy(Programs.GpuRuntime, program);
        (await Command.Of(program, "cdi", "generate", "--config", machine.ConfigPath, "--cdi-version", "0.5.0", "--output", CdiDirectories.Of(machine.Directory).Etc).RunAsync()).EnsureSuccess();
    }

    // The ranges are bound over the machine's in a namespace that only these processes see; the binaries may lie where only root reads. The
    // simulated host's nodes stand in /dev there: without root, runc binds a device's node by its path in the container.
    private static PrivatePodman Podman(TestMachine machine)
    {
        if (!File.Exists("/etc/subuid") || !File.Exists("/etc/subgid"))
            throw new TestResourceUnavailableException("/etc/subuid and /etc/subgid are not there to bind ranges over (Debian: package uidmap)");
        var directory = machine.Directory;
        var ranges = directory.Combine("subordinate-ids");
        File.WriteAllText(ranges, $"{UserName}:300000:65536\n");
        var hook = directory.Combine("gpu-runtime-hook");
        File.Copy(Programs.GpuRuntimeHook, hook);
        foreach (var own in (string[])["podman-root", "podman-run", "podman-tmp", "podman-volumes", "home", "runtime"])
            File.SetUnixFileMode(directory.CreateSubdirectory(own), PassableByOthers);
        var given = string.Join(' ', "podman-root", "podman-run", "podman-tmp", "podman-volumes", "home", "runtime");
        return new PrivatePodman(CdiPodman.Configure(new EngineSettings
        {
            Directory = directory,
            MayMakeCgroups = false,
            Runtimes = ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.Runc, Programs.Engine("runc")),
            Environment = ImmutableDictionary<string, string?>.Empty
                .Add("HOME", directory.Combine("home"))
                .Add("XDG_RUNTIME_DIR", directory.Combine("runtime"))
                .Add("XDG_CONFIG_HOME", null)
                .Add("USER", UserName),
            DaemonArguments = ["--hooks-dir", HooksDirectory.Create(machine, hook, HooksDirectory.ByEnvironment)],
            DaemonPrefix = ImmutableArray.Create(
                "unshare", "--mount", "--propagation", "private", "sh", "-c",
                $"""
                mkdir /run/dev && mount --rbind /dev /run/dev && mount -t overlay -o lowerdir={machine.DevRoot}:/dev overlay /dev &&
                mount --rbind /run/dev/pts /dev/pts && mount --rbind /run/dev/shm /dev/shm &&
                mount --bind {ranges} /etc/subuid && mount --bind {ranges} /etc/subgid && cd {directory.FullPath} && chown {UserId} {given} && cd home &&
                exec setpriv --reuid={UserId} --regid={UserId} --clear-groups "$@"
                """, "sh"),
        }));
    }

    private Task<CommandResult> RunAsync(ImmutableArray<string> command, params ReadOnlySpan<string> options) =>
        _podman!.RunAsync((ContainerRequest.Of(_glibc!, command.AsSpan()) with { Runtime = RuntimeNames.Runc }).WithOptions(options));
}
