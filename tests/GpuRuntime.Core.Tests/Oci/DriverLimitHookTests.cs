using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Tests.Limits;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>NVIDIA's driver takes limits through NVML alone, which only our agent loads: config.json has it called once the container's cgroup is there.</summary>
public sealed class DriverLimitHookTests : MachineFixture
{
    private static readonly StandInLimitHost Installed = new() { AgentProgram = "/usr/local/bin/gpu-runtime-agent", Symbol = NvidiaMemoryLimit.Symbol };

    private protected override TestHosts.SimulatedNvidiaHostOptions? Options => new() { GpuCount = 2 };

    [OneTimeSetUp]
    public void MountCgroups() => UnifiedCgroups.Mount(Host.SysRoot);

    [Test]
    public void The_agent_is_called_before_any_process_of_the_containers_runs()
    {
        var edited = Edited(Plain, Plan("all,memory=2GB"));

        var hooks = edited["hooks"]!.AsObject();
        var agent = hooks["createRuntime"]!.AsArray()[^1]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hooks.Select(stage => stage.Key), Is.EqualTo((string[])["createRuntime"]));
            Assert.That((string?)agent["path"], Is.EqualTo("/usr/local/bin/gpu-runtime-agent"));
            Assert.That(agent["args"].Texts(), Is.EqualTo((string[])
            [
                "gpu-runtime-agent", "limit", $"--library={Library}", $"--gpu={Host.Gpus[0].PciAddress}=1999634432", $"--gpu={Host.Gpus[1].PciAddress}=1999634432",
            ]));
            Assert.That(agent["env"]!.AsArray(), Is.Not.Empty, "an absent or empty one inherits the image's (CVE-2025-23266)");
            Assert.That((int?)agent["timeout"], Is.GreaterThan(0));
            Assert.That(edited["linux"]!["resources"]!.AsObject().ContainsKey("unified"), Is.False, "the driver's regions are written by NVML alone");
            Assert.That((string?)edited["annotations"]!["gpu-runtime.io/memory-tier"], Is.EqualTo("kernel"));
        }
    }

    [Test]
    public void Applied_again_the_agent_is_called_once()
    {
        var edits = Plan("device=0,memory=2GB");
        var once = Applied(Plain, edits);

        Assert.That(Applied(once, edits), Is.EqualTo(once));
    }

    [Test]
    public void Without_a_limit_nobody_calls_it()
    {
        var edits = LimitedPlan.Of(Machine.Root, Machine.Configuration, Installed, "NVIDIA_VISIBLE_DEVICES=all");

        Assert.That(Applied(Plain, edits), Does.Not.Contain("gpu-runtime-agent"));
    }

    private string Library => Path.Combine(Host.DriverRoot, "usr/lib/x86_64-linux-gnu", $"libnvidia-ml.so.{Host.DriverVersion}");

    private ContainerEdits Plan(string request) =>
        LimitedPlan.Of(Machine.Root, Machine.Configuration with { Overcommit = true }, Installed, $"GPU_RUNTIME_GPUS={request}");
}
