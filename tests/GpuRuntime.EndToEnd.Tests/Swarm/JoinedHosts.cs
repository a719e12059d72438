using System.Diagnostics;

namespace GpuRuntime.EndToEnd.Tests.Swarm;

/// <summary>Two hosts as far as Swarm can tell: names and networks of their own, joined by a cable. Processes that sleep hold them open.</summary>
internal sealed class JoinedHosts : IAsyncDisposable
{
    private readonly TestDirectory _directory;
    private readonly List<Process> _holders = [];

    private JoinedHosts(TestDirectory directory) => _directory = directory;

    public static async Task<JoinedHosts> CreateAsync(TestDirectory directory)
    {
        var hosts = new JoinedHosts(directory);
        try
        {
            for (var host = 0; host < 2; host++)
                await hosts.AddAsync(host);
            var (first, second) = (hosts._holders[0].Id, hosts._holders[1].Id);
            await hosts.ConfigureAsync(0, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", $"{second}");
            for (var host = 0; host < 2; host++)
            {
                await hosts.ConfigureAsync(host, "address", "add", $"{Address(host)}/24", "dev", "cable");
                await hosts.ConfigureAsync(host, "link", "set", "cable", "up");
            }
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    public static string Name(int host) => $"node-{host}";

    public static string Address(int host) => $"10.77.0.{host + 1}";

    /// <summary>A command's beginning that makes it run on the host.</summary>
    public string[] Prefix(int host) => ["nsenter", $"--net=/proc/{_holders[host].Id}/ns/net", $"--uts=/proc/{_holders[host].Id}/ns/uts", "--"];

    public async ValueTask DisposeAsync()
    {
        foreach (var holder in _holders)
        {
            await PrivateProcesses.StopAsync(holder);
            holder.Dispose();
        }
    }

    // Its line tells that the namespaces are there.
    private async Task AddAsync(int host)
    {
        var output = _directory.Combine($"holder-{host}");
        var ip = Programs.Engine("ip");
        _holders.Add(Command.Of("unshare", "--net", "--uts", "sh", "-c", """hostname "$1" && "$2" link set lo up && echo there && exec sleep infinity""", "sh", Name(host), ip).Start(output));
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (File.Exists(output + ".out") && (await File.ReadAllTextAsync(output + ".out")).Length > 0)
                return;
            await Task.Delay(50);
        }
        throw new InvalidOperationException($"no namespaces for {Name(host)}: {await File.ReadAllTextAsync(output + ".err")}");
    }

    private async Task ConfigureAsync(int host, params string[] arguments)
    {
        var prefix = Prefix(host);
        (await Command.Of(prefix[0], [.. prefix[1..], Programs.Engine("ip"), .. arguments]).RunAsync()).EnsureSuccess();
    }
}
