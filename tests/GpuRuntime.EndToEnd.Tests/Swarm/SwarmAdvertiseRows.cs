using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Swarm;

/// <summary>gpu-runtime swarm advertise, as an admin sees it. That Docker takes what it prints, and gives it back to the runtime, the nodes of a Swarm show.</summary>
public sealed class SwarmAdvertiseRows
{
    [Test]
    public async Task The_part_of_daemon_json_is_printed_and_nothing_else()
    {
        await using var machine = TestMachine.Create(ReadyHosts.ThreeVendors);

        var result = await AdvertiseAsync(machine);

        Assert.That(result.EnsureSuccess().Error, Is.Empty);
        Assert.That(result.Output, Is.EqualTo($$"""
            {
              "node-generic-resources": [
                "NVIDIA-GPU={{machine.Host.NvidiaGpus[0].Uuid}}",
                "NVIDIA-GPU={{machine.Host.NvidiaGpus[1].Uuid}}",
                "AMD_GPU=0x71B60DE49AC8253F",
                "AMD_GPU=0x4F7C2A86E1390BD",
                "INTEL-GPU=0000:63:00.0"
              ]
            }

            """));
    }

    [TestCase("nvidia", "NVIDIA-GPU", 2)]
    [TestCase("amd", "AMD_GPU", 2)]
    [TestCase("intel", "INTEL-GPU", 1)]
    public async Task One_vendors_GPUs_are_printed_alone(string vendor, string kind, int count)
    {
        await using var machine = TestMachine.Create(ReadyHosts.ThreeVendors);

        var result = await AdvertiseAsync(machine, "--vendor", vendor);

        var resources = JsonNode.Parse(result.EnsureSuccess().Output)!["node-generic-resources"]!.AsArray().Select(static resource => (string)resource!).ToList();
        Assert.That(resources, Has.Count.EqualTo(count));
        Assert.That(resources, Has.All.StartsWith(kind + "="));
    }

    [TestCase("no-gpu", "", "There is no GPU to advertise to Swarm")]
    [TestCase("mi210-pair", "intel", "There is no Intel GPU to advertise to Swarm")]
    public async Task Where_there_is_nothing_to_advertise_a_sentence_says_so_and_nothing_is_printed(string host, string vendor, string sentence)
    {
        await using var machine = TestMachine.Create(ReadyHosts.ByName[host]);

        var result = await AdvertiseAsync(machine, vendor.Length == 0 ? [] : ["--vendor", vendor]);

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT2003").And.Contain(sentence));
    }

    [TestCase("swarm")]
    [TestCase("swarm", "advertise", "--vendor", "voodoo")]
    [TestCase("swarm", "advertise", "all")]
    public async Task Other_arguments_are_refused(params string[] arguments)
    {
        var result = await Command.Of(Programs.GpuRuntime, arguments).RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Error, Is.Not.Empty);
    }

    private static Task<CommandResult> AdvertiseAsync(TestMachine machine, params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["swarm", "advertise", "--config", machine.ConfigPath, .. arguments]).RunAsync();
}
