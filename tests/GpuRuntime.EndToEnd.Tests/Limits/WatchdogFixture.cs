using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>
/// Containers of runc with memory limits on simulated GPUs, and the real agent. What a driver would tell of a container's real processes stands in the
/// simulated /proc and /sys, under their real pids.
/// </summary>
public abstract class WatchdogFixture(EngineKind kind) : BundleFixture(kind)
{
    private protected const long Gibibyte = 1L << 30;
    private protected const long Limit = Gibibyte;
    private protected const long Above = Gibibyte + 4096;
    private protected const string Amd0 = "0000:27:00.0";
    private protected const string Amd1 = "0000:83:00.0";
    private protected const string Intel0 = "0000:63:00.0";

    private readonly List<string> _ids = [];
    private readonly List<WatchdogAgent> _agents = [];
    private int _files;

    private protected new SimulatedHost Host => ((MixedMachine)Machine).Host;

    private protected virtual SimulatedHostOptions Options => ReadyHosts.ThreeVendors with { Nvidia = null };

    private protected string LogPath => Machine.Directory.Combine("log");

    [TearDown]
    public async Task EndAgentsAndContainersAsync()
    {
        foreach (var agent in _agents)
            await agent.DisposeAsync();
        foreach (var id in _ids)
            await Shim("--root", Bundles.StateRoot, "delete", "--force", id).RunAsync();
        _agents.Clear();
        _ids.Clear();
    }

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => TestMachine.Create(
        Options with
        {
            ExtraConfig = new JsonObject { ["limits"] = new JsonObject { ["graceSeconds"] = 1, ["overcommit"] = true } },
        },
        lowLevelRuntime);

    private protected Command Agent(params ReadOnlySpan<string> arguments) => Bundles.Complete(Command.Of(Programs.GpuRuntimeAgent, ["serve", .. arguments]));

    private protected Task<WatchdogAgent> StartAgentAsync() => StartAgentAsync(Agent());

    private protected async Task<WatchdogAgent> StartAgentAsync(Command command)
    {
        var agent = await WatchdogAgent.StartAsync(command, Machine.Directory.Combine($"agent-{Guid.NewGuid():N}"));
        _agents.Add(agent);
        return agent;
    }

    /// <summary>A container that runs: a shell with two children, unless another command is given.</summary>
    private protected async Task<WatchedContainer> RunAsync(string request, params string[] command)
    {
        var id = NewId();
        _ids.Add(id);
        var options = BundleEngine.DefaultOptions with { Env = [$"GPU_RUNTIME_GPUS={request}"] };
        var bundle = await CreateBundleAsync(id, null, options, command.Length == 0 ? ["sh", "-c", "sleep 1000 & sleep 1000 & wait"] : command);
        (await Shim("--root", Bundles.StateRoot, "run", "--detach", "--bundle", bundle.Directory, id).RunAsync()).EnsureSuccess();
        var state = JsonNode.Parse((await Runc("--root", Bundles.StateRoot, "state", id).RunAsync()).EnsureSuccess().Output)!;
        var container = new WatchedContainer(id, bundle, (int)state["pid"]!);
        if (command.Length == 0)
            Assert.That(() => container.Processes.Length, Is.EqualTo(3).After(20_000, 20));
        return container;
    }

    /// <summary>What AMD's compute driver tells of a process.</summary>
    private protected void TellKfd(int pid, string address, string content) => new KfdUsers(Host, Machine.Directory).Tell(pid, address, content);

    private protected void TellKfd(int pid, string address, long bytes) => TellKfd(pid, address, $"{bytes}\n");

    /// <summary>What a DRM driver tells of a process's open file.</summary>
    private protected void TellDrm(int pid, int file, string driver, string address, int client, params string[] lines)
    {
        var directory = Path.Combine(Host.ProcRoot, $"{pid}", "fdinfo");
        Directory.CreateDirectory(directory);
        Replace(
            Path.Combine(directory, $"{file}"),
            $"pos:\t0\nflags:\t02100002\ndrm-driver:\t{driver}\ndrm-client-id:\t{client}\ndrm-pdev:\t{address}\n{string.Concat(lines.Select(line => line + "\n"))}");
    }

    /// <summary>The container's entry in the ledger.</summary>
    private protected string EntryOf(string id) => Directory.GetFiles(Path.Combine(Machine.StateDirectory, "allocations"), $"{id}.*.json").Single();

    // A reader sees the old text or the new one.
    private void Replace(string path, string content)
    {
        var written = Machine.Directory.Combine($"written-{_files++}");
        File.WriteAllText(written, content);
        File.Move(written, path, overwrite: true);
    }
}

/// <summary>A container that was started.</summary>
/// <param name="Pid">Of its first process.</param>
internal sealed record WatchedContainer(string Id, Bundle Bundle, int Pid)
{
    /// <summary>Its processes that run, by its pid namespace.</summary>
    public int[] Processes
    {
        get
        {
            var own = Namespace(Pid);
            return own is null ? [] : [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(pid => Namespace(pid) == own)];
        }
    }

    public bool IsRunning => IsAlive(Pid);

    /// <summary>Whether there is such a process, which has not ended and waits for its parent.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return ProcessStatus.Field(pid, ProcessStatus.State) is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? Namespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
