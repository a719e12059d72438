using GpuRuntime.EndToEnd.Tests.Cdi;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>What the DaemonSet's installer does to a node: here a directory, with simulated GPUs.</summary>
public sealed class NodeScriptRows
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private TestMachine? _machine;
    private SpecDirectories? _specs;

    private TestMachine Machine => _machine!;

    private string Target => Machine.Directory.Combine("target");

    private string Containerd => Machine.Directory.Combine("config.toml");

    private string Restarts => Machine.Directory.Combine("restarts");

    private string Specification => Path.Combine(_specs!.High, "gpu-runtime-amd.yaml");

    [TearDown]
    public async Task EndAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [Test]
    public async Task Install_puts_the_programs_there_has_containerd_know_them_and_writes_specifications()
    {
        Prepare(ReadyHosts.Mi210Pair);

        (await Script("install").RunAsync()).EnsureSuccess();

        Assert.That(File.GetUnixFileMode(Path.Combine(Target, "bin/gpu-runtime")), Is.EqualTo(Executable));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Target, "lib/gpu-runtime/cooperative/libcuda.so.1")), Is.EqualTo("library"));
        Assert.That(await File.ReadAllTextAsync(Containerd), Does.Contain($"BinaryName = \"{Target}/bin/gpu-runtime\"").And.Contain("container_annotations = [\"gpu-runtime.io/*\"]").And.Contain("enable_cdi = true"));
        Assert.That(await File.ReadAllTextAsync(Specification), Does.Contain("0000:43:00.0"));
        Assert.That(await File.ReadAllLinesAsync(Restarts), Is.EqualTo((string[])["restarted"]));
        Assert.That(File.GetUnixFileMode(Machine.StateDirectory), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public async Task Install_once_more_changes_nothing_and_restarts_nothing()
    {
        Prepare(ReadyHosts.Mi210Pair);
        (await Script("install").RunAsync()).EnsureSuccess();
        var (configuration, written) = (await File.ReadAllTextAsync(Containerd), File.GetLastWriteTimeUtc(Specification));

        var again = (await Script("install").RunAsync()).EnsureSuccess();

        Assert.That(again.Output, Does.Contain("has gpu-runtime already"));
        Assert.That((await File.ReadAllTextAsync(Containerd), File.GetLastWriteTimeUtc(Specification)), Is.EqualTo((configuration, written)));
        Assert.That(await File.ReadAllLinesAsync(Restarts), Has.Length.EqualTo(1));
    }

    [TestCase("CONTAINERD_CONFIG", Description = "another engine, or somebody else configures it")]
    [TestCase("CONTAINERD_RESTART", Description = "somebody else restarts it")]
    public async Task An_empty_variable_leaves_containerd_to_others(string variable)
    {
        Prepare(ReadyHosts.Mi210Pair);

        (await Script("install").WithEnvironment(variable, "").RunAsync()).EnsureSuccess();

        Assert.That((File.Exists(Containerd), File.Exists(Restarts)), Is.EqualTo((variable == "CONTAINERD_RESTART", false)));
        Assert.That(File.Exists(Specification), Is.True);
    }

    [Test]
    public async Task A_node_without_GPUs_is_installed_too()
    {
        Prepare(ReadyHosts.NoGpu);

        (await Script("install").RunAsync()).EnsureSuccess();

        Assert.That(File.Exists(Path.Combine(Target, "bin/gpu-runtime")), Is.True);
        Assert.That(Directory.GetFiles(_specs!.High), Is.Empty);
    }

    [Test]
    public async Task Refresh_writes_what_is_missing_again_and_again_until_it_is_ended()
    {
        Prepare(ReadyHosts.Mi210Pair);
        (await Script("install").RunAsync()).EnsureSuccess();
        using var refresh = Script("refresh").Start(Machine.Directory.Combine("refresh"));
        try
        {
            for (var round = 0; round < 2; round++)
            {
                File.Delete(Specification);
                Assert.That(() => File.Exists(Specification), Is.True.After(60_000, 20));
            }

            await Command.Of("kill", "-TERM", $"{refresh.Id}").RunAsync();
            await refresh.WaitForExitAsync();
            Assert.That(refresh.ExitCode, Is.Zero);
        }
        finally
        {
            await PrivateProcesses.StopAsync(refresh);
        }
    }

    // The image's directory has the real runtime and the hook that specifications name; the agent is not started here.
    private void Prepare(SimulatedHostOptions host)
    {
        _machine = TestMachine.Create(host);
        _specs = SpecDirectories.For(Machine);
        var image = Machine.Directory.CreateSubdirectory("image");
        Directory.CreateDirectory(Path.Combine(image, "bin"));
        Directory.CreateDirectory(Path.Combine(image, "lib/gpu-runtime/cooperative"));
        File.Copy(Programs.GpuRuntime, Path.Combine(image, "bin/gpu-runtime"));
        File.Copy(Programs.GpuRuntimeHook, Path.Combine(image, "bin/gpu-runtime-hook"));
        File.WriteAllText(Path.Combine(image, "lib/gpu-runtime/cooperative/libcuda.so.1"), "library");
        Machine.Directory.CreateSubdirectory("target");
    }

    private Command Script(string verb) => Command.Of(Path.Combine(Repository.Root, "packaging/kubernetes/image/node.sh"), verb).WithEnvironment(Machine.Environment).WithEnvironment(new Dictionary<string, string?>
    {
        ["SOURCE"] = Machine.Directory.Combine("image"),
        ["TARGET"] = Target,
        ["INSTALLED"] = Target,
        ["STATE"] = Machine.StateDirectory,
        ["NODE"] = "",
        ["PERIOD"] = "0.1",
        ["CONTAINERD_CONFIG"] = Containerd,
        ["CONTAINERD_RESTART"] = RuntimeScript.Write(Machine.Directory.Combine("restart"), $"#!/bin/sh\necho restarted >>{Restarts}\n"),
    });
}
