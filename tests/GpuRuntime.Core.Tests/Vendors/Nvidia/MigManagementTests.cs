using System.Collections.Immutable;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>NVIDIA_MIG_CONFIG_DEVICES and NVIDIA_MIG_MONITOR_DEVICES.</summary>
public sealed class MigManagementTests : MachineFixture
{
    private const int MinorsOfOneGpu = 15 * 9;

    private protected override SimulatedNvidiaHostOptions? Options => new()
    {
        GpuCount = 2,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new MigInstance(1, 0)]),
    };

    [TestCase("NVIDIA_MIG_CONFIG_DEVICES", 1)]
    [TestCase("NVIDIA_MIG_MONITOR_DEVICES", 2)]
    public void It_opens_the_capability_and_every_instance_that_the_granted_GPUs_could_have(string variable, int minor)
    {
        var nodes = Plan(true, "NVIDIA_VISIBLE_DEVICES=1", $"{variable}=all").DeviceNodes.Where(node => node.Path.StartsWith("/dev/nvidia-caps/", StringComparison.Ordinal)).ToList();
        var first = 3 + (135 * Host.Gpus[1].Minor);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(nodes[0].Path, Is.EqualTo($"/dev/nvidia-caps/nvidia-cap{minor}"));
            Assert.That(nodes.Skip(1).Select(node => (int)node.Minor), Is.EquivalentTo(Enumerable.Range(first, MinorsOfOneGpu)));
        }
    }

    [Test]
    public void A_container_without_privileges_is_refused() =>
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Plan(false, "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_MIG_CONFIG_DEVICES=all")), Does.Contain("NVIDIA_MIG_CONFIG_DEVICES").And.Contain("--privileged"));

    [Test]
    public void Beside_a_named_MIG_device_it_is_refused() =>
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Plan(true, "NVIDIA_VISIBLE_DEVICES=0:0", "NVIDIA_MIG_MONITOR_DEVICES=all")), Does.Contain("exclude each other"));

    [Test]
    public void Another_value_than_all_is_refused() =>
        Refusal.Of(ErrorCode.RequestInvalid, () => Plan(true, "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_MIG_CONFIG_DEVICES=0"));

    [TestCase("")]
    [TestCase("void")]
    public void Empty_and_void_ask_for_nothing(string value) =>
        Assert.That(Plan(false, "NVIDIA_VISIBLE_DEVICES=1", $"NVIDIA_MIG_CONFIG_DEVICES={value}").DeviceNodes.Select(node => node.Path), Has.None.Contains("nvidia-caps"));

    // The variable stands in an environment that the configuration does not accept, the request in an annotation.
    [Test]
    public void An_environment_that_is_not_accepted_opens_nothing()
    {
        var facts = new ContainerFacts
        {
            Environment = new ContainerEnvironment(["NVIDIA_MIG_CONFIG_DEVICES=all"]),
            Annotations = ImmutableDictionary<string, string>.Empty.Add(RequestReader.GpusAnnotation, "all"),
            Privileged = true,
        };
        var configuration = Machine.Configuration with { AcceptEnvPrivileged = false };
        var edits = EditPlanner.Plan(RequestReader.Read(facts, configuration, out _)!, facts.Environment, Machine.Root, configuration, out _)!;

        Assert.That(edits.DeviceNodes.Count(node => node.Path.Contains("nvidia-caps", StringComparison.Ordinal)), Is.EqualTo(2), "the MIG device's own");
    }

    private ContainerEdits Plan(bool privileged, params string[] environment)
    {
        var facts = new ContainerFacts { Environment = new ContainerEnvironment(environment), Privileged = privileged };
        return EditPlanner.Plan(RequestReader.Read(facts, Machine.Configuration, out _)!, facts.Environment, Machine.Root, Machine.Configuration, out _)!;
    }
}
