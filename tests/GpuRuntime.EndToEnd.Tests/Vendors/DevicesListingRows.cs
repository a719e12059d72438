using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>What gpu-runtime devices prints, whole, in Golden/HOST.txt and Golden/HOST.json: ids, every order of the GPUs, partitions and notes.</summary>
public sealed class DevicesListingRows
{
    private static readonly string Golden = Path.Combine(Repository.Root, "tests/GpuRuntime.EndToEnd.Tests/Vendors/Golden");

    [TestCase("mi210-pair")]
    [TestCase("partitioned-mi300")]
    [TestCase("intel-sriov")]
    [TestCase("three-vendors")]
    public async Task The_table_and_the_JSON_are_those_that_are_kept(string host)
    {
        await using var machine = TestMachine.Create(ReadyHosts.ByName[host]);
        var devices = Command.Of(Programs.GpuRuntime, "devices", "--config", machine.ConfigPath);

        var table = await devices.RunAsync();
        var json = await devices.With("--format", "json").RunAsync();

        Assert.Multiple(() =>
        {
            Assert.That(table.EnsureSuccess().Output, Is.EqualTo(File.ReadAllText(Path.Combine(Golden, $"{host}.txt"))));
            Assert.That(json.EnsureSuccess().Output, Is.EqualTo(File.ReadAllText(Path.Combine(Golden, $"{host}.json"))));
            Assert.That(table.Error + json.Error, Is.Empty);
        });
    }
}
