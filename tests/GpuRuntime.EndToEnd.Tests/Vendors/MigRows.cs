using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>MIG devices of a divided GPU, by place and by UUID. The driver's files tell no UUID: nvidia-smi does, and here a stand-in for it.</summary>
[TestFixture(EngineKind.RuncOnCgroupV1)]
[TestFixture(EngineKind.RuncOnCgroupV2)]
public sealed class MigRows(EngineKind kind) : BundleFixture(kind)
{
    private const string Uuid = "MIG-aaaaaaaa-0000-5000-8000-000000000002";
    private const int FirstInstance = 2;
    private const int SecondInstance = 9;

    private static readonly SimulatedNvidiaHostOptions Divided = new()
    {
        GpuCount = 2,
        MigInstances = ImmutableDictionary<int, ImmutableArray<MigInstance>>.Empty.Add(0, [new(FirstInstance, 0), new(SecondInstance, 0)]),
    };

    // The capability nodes are for reading only.
    private const string Open = """
        for node in $(find /dev/nvidia* -type c); do
            word=$( (: <$node) 2>&1) && word=ok
            case $word in *'No such device'*) word=ENXIO ;; *'not permitted'*) word=EPERM ;; esac
            echo "$node: $word"
        done
        """;

    [TestCase("0:0", FirstInstance)]
    [TestCase("0:1", SecondInstance)]
    [TestCase("0:0,0:1", FirstInstance, SecondInstance)]
    [TestCase("0", FirstInstance, SecondInstance)]
    [TestCase("0:1,1", SecondInstance)]
    public async Task A_place_gives_the_GPUs_node_and_two_capability_nodes_a_device(string devices, params int[] instances)
    {
        var result = await RunAsync(Machine, devices);

        AssertNodes(result, Host.Gpus.Take(devices.EndsWith(",1", StringComparison.Ordinal) ? 2 : 1), instances);
    }

    [Test]
    public async Task A_user_who_is_not_root_opens_them()
    {
        var result = await RunAsync(Machine, "0:1", "1000:1000");

        AssertNodes(result, [Host.Gpus[0]], [SecondInstance]);
    }

    [Test]
    public async Task A_capability_node_of_another_device_does_not_open_when_the_container_makes_it()
    {
        var (major, minor) = (DriverNumbers.Caps, Minors(FirstInstance)[1]);

        var result = await RunAsync(Machine, "0:1", command: ["sh", "-c", $"mknod /made c {major} {minor} && /bin/opendev /made"]);

        Assert.That(Probe.Results(result).GetValueOrDefault("/made"), Is.EqualTo(Probe.Denied), result.ToString());
    }

    [TestCase("0:2")]
    [TestCase("1:0")]
    public async Task A_place_that_is_not_there_fails_the_create(string devices)
    {
        var result = await RunAsync(Machine, devices);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT2002").And.Contain($"\"{devices}\" is not a MIG device of this host"));
    }

    [Test]
    public async Task A_host_without_the_directory_of_capability_nodes_gets_it_with_those_that_were_given()
    {
        await using var machine = TestMachine.Create(Divided with { MissingNodes = ["nvidia-caps/nvidia-cap1", "nvidia-caps/nvidia-cap2"] }, EngineFactory.LowLevelRuntime(Kind));
        var directory = Path.Combine(machine.DevRoot, "nvidia-caps");
        Assert.That(Directory.Exists(directory), Is.False);

        var result = await RunAsync(machine, "0:1");

        AssertNodes(result, [machine.Host.Gpus[0]], [SecondInstance]);
        var listing = Command.Of("sh", "-c", "stat -c '%n %F %a %u:%g %t:%T' nvidia-caps nvidia-caps/*") with { WorkingDirectory = machine.DevRoot };
        var made = (await listing.RunAsync()).EnsureSuccess();
        string[] nodes = [.. Minors(SecondInstance).Select(static minor => $"nvidia-caps/nvidia-cap{minor} character special file 444 0:0 {DriverNumbers.Caps:x}:{minor:x}")];
        Assert.That(made.Lines, Is.EqualTo((string[])["nvidia-caps directory 755 0:0 0:0", .. nodes]));
    }

    [Test]
    public async Task A_UUID_is_refused_until_a_stand_in_for_nvidia_smi_has_told_it()
    {
        await using var machine = TestMachine.Create(Divided, EngineFactory.LowLevelRuntime(Kind));
        SmiStandIn.Write(machine.Host, SmiStandIn.Report);
        var kept = Path.Combine(machine.StateDirectory, "nvidia-gpus");

        var refused = await RunAsync(machine, Uuid);
        var refreshed = await RefreshAsync(machine, "--format", "json");
        var granted = await RunAsync(machine, Uuid);

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(ErrorLine.In(refused.Error), Does.Contain("GRT2002").And.Contain(Uuid).And.Contain("gpu-runtime devices --refresh"));
        Assert.That(refused.Output, Is.Empty);
        var devices = JsonNode.Parse(refreshed.EnsureSuccess().Output)!.AsArray();
        Assert.That(devices[0]!["migDevices"]!.AsArray().Select(static device => $"{device!["id"]} {device["uuid"]} {device["profile"]} {device["memoryBytes"]}"), Is.EqualTo((string[])
            [$"0:0 MIG-aaaaaaaa-0000-5000-8000-000000000001 3g.40gb {40448L << 20}", $"0:1 {Uuid} 1g.10gb+me {9984L << 20}"]));
        Assert.That((long?)devices[0]!["memoryBytes"], Is.EqualTo(81559L << 20));
        Assert.That(await File.ReadAllLinesAsync(kept), Has.Some.EqualTo("link 0000:1b:00.0 0000:43:00.0 18"));
        Assert.That(refreshed.Error, Is.Empty);
        Assert.That(File.GetUnixFileMode(kept), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        AssertNodes(granted, [machine.Host.Gpus[0]], [SecondInstance]);
    }

    [Test]
    public async Task A_stand_in_for_nvidia_smi_that_knows_no_topology_spoils_no_refresh_and_is_quoted()
    {
        await using var machine = TestMachine.Create(Divided, EngineFactory.LowLevelRuntime(Kind));
        SmiStandIn.Write(machine.Host, SmiStandIn.ReportWithoutTopology);

        var refreshed = (await RefreshAsync(machine)).EnsureSuccess();

        Assert.That(refreshed.Error, Does.StartWith("gpu-runtime: NVLink stays unknown").And.Contain("topo -m ended with status 2"));
        Assert.That(refreshed.Lines, Has.Some.Matches<string>(static line => line.StartsWith("0:1", StringComparison.Ordinal) && line.Contains("9984 MiB", StringComparison.Ordinal)));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(machine.StateDirectory, "nvidia-gpus")), Does.Contain(Uuid).And.Not.Contain("link"));
    }

    [Test]
    public async Task A_stand_in_for_nvidia_smi_that_fails_is_quoted_and_what_was_known_stays()
    {
        await using var machine = TestMachine.Create(Divided, EngineFactory.LowLevelRuntime(Kind));
        SmiStandIn.Write(machine.Host, SmiStandIn.Report);
        (await RefreshAsync(machine)).EnsureSuccess();
        var kept = await File.ReadAllTextAsync(Path.Combine(machine.StateDirectory, "nvidia-gpus"));
        SmiStandIn.Write(machine.Host, SmiStandIn.Failure);

        var failed = await RefreshAsync(machine);
        var granted = await RunAsync(machine, Uuid);

        Assert.That(failed.ExitCode, Is.EqualTo(1));
        Assert.That(failed.Output, Is.Empty);
        Assert.That(ErrorLine.In(failed.Error), Does.Contain("GRT3004").And.Contain("status 9").And.Contain(SmiStandIn.Words));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(machine.StateDirectory, "nvidia-gpus")), Is.EqualTo(kept));
        AssertNodes(granted, [machine.Host.Gpus[0]], [SecondInstance]);
    }

    [Test]
    public async Task Without_nvidia_smi_a_refresh_says_what_to_install()
    {
        await using var machine = TestMachine.Create(Divided, EngineFactory.LowLevelRuntime(Kind));
        File.Delete(SmiStandIn.Path(machine.Host));

        var failed = await RefreshAsync(machine);

        Assert.That(failed.ExitCode, Is.EqualTo(1));
        Assert.That(ErrorLine.In(failed.Error), Does.Contain("GRT3004").And.Contain("install it"));
        Assert.That(File.Exists(Path.Combine(machine.StateDirectory, "nvidia-gpus")), Is.False);
    }

    private protected override SimulatedNvidiaHostOptions HostOptions => Divided;

    private Task<CommandResult> RefreshAsync(TestMachine machine, params ReadOnlySpan<string> arguments) =>
        Shim(["devices", "--refresh", .. arguments]).WithEnvironment(machine.Environment).RunAsync();

    private async Task<CommandResult> RunAsync(TestMachine machine, string devices, string? user = null, ImmutableArray<string>? command = null)
    {
        var id = NewId();
        var request = ContainerRequest.Of(Busybox, (command ?? ["sh", "-c", Open]).AsSpan()).With("NVIDIA_VISIBLE_DEVICES", devices) with { User = user };
        var bundle = await Bundles.CreateBundleAsync(id, request);
        return await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id).WithEnvironment(machine.Environment).RunAsync();
    }

    // The numbers of the simulated driver: /proc/driver/nvidia-caps/mig-minors.
    private int[] Minors(int instance)
    {
        var first = 3 + (135 * Host.Gpus[0].Minor) + (9 * instance);
        return [first, first + 1];
    }

    private void AssertNodes(CommandResult result, IEnumerable<SimulatedGpu> gpus, int[] instances)
    {
        string[] nodes =
            [.. gpus.Select(static gpu => $"/dev/nvidia{gpu.Minor}"), .. HostNodes.ForCompute, .. instances.SelectMany(Minors).Select(static minor => $"/dev/nvidia-caps/nvidia-cap{minor}")];

        Probe.AssertAllOpen(result.EnsureSuccess(), nodes);
        Assert.That(Probe.Results(result).Keys, Is.EquivalentTo(nodes), result.ToString());
    }
}
