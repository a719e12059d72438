using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>Debian's kubectl of a suite, and the little of an API server that its dry runs ask: <c>api-server.py</c>.</summary>
internal sealed class Kubectl : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly TestDirectory _directory;
    private readonly string _program;
    private readonly Process _server;
    private readonly int _port;

    private Kubectl(TestDirectory directory, string program, Process server, int port) => (_directory, _program, _server, _port) = (directory, program, server, port);

    /// <param name="suite"><see langword="null"/>: the machine's.</param>
    /// <exception cref="TestResourceUnavailableException">kubectl or Python cannot be had.</exception>
    public static async Task<Kubectl> CreateAsync(TestDirectory directory, string? suite)
    {
        var program = KubernetesPackages.Kubectl(suite);
        if (!File.Exists(Python))
            throw new TestResourceUnavailableException("Python is not installed (python3)");
        var prefix = directory.Combine("api-server");
        var server = Command.Of(Python, Path.Combine(AppContext.BaseDirectory, "Kubernetes/Manifests/api-server.py")).Start(prefix);
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            if (File.Exists(prefix + ".out") && await File.ReadAllTextAsync(prefix + ".out") is [.., '\n'] line)
                return new Kubectl(directory, program, server, int.Parse(line, CultureInfo.InvariantCulture));
            Assert.That((server.HasExited, clock.Elapsed < TimeSpan.FromSeconds(60)), Is.EqualTo((false, true)), "the API server does not listen");
        }
    }

    /// <summary>The objects of a file, once <c>kubectl apply --dry-run=client</c> has taken it.</summary>
    public async Task<JsonNode[]> DryRunAsync(string file)
    {
        var output = (await RunAsync("apply", "--dry-run=client", "--validate=false", "-o", "json", "-f", file)).EnsureSuccess().Output;
        var document = JsonNode.Parse(output)!;
        JsonNode[] objects = (string?)document["kind"] == "List" ? [.. document["items"]!.AsArray().Select(static item => item!)] : [document];
        foreach (var annotations in objects.Select(static item => item["metadata"]!["annotations"]).OfType<JsonObject>())
            annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        return objects;
    }

    /// <summary>The objects of a directory with a kustomization.</summary>
    public async Task<JsonNode[]> KustomizeAsync(string directory)
    {
        var file = _directory.Combine($"kustomized-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, (await RunAsync("kustomize", directory)).EnsureSuccess().Output);
        return await DryRunAsync(file);
    }

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_server);
        _server.Dispose();
    }

    private Task<CommandResult> RunAsync(params ReadOnlySpan<string> arguments) =>
        Command.Of(_program, ["--server", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"), .. arguments])
            .WithEnvironment("HOME", _directory.CreateSubdirectory("home")).WithEnvironment("KUBECONFIG", null).RunAsync();
}
