using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>gRPC's own implementation for Python in the place of the kubelet, which is in no Debian suite: <c>device-kubelet.py</c>.</summary>
internal sealed class FakeKubelet : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private FakeKubelet(Process process) => _process = process;

    /// <summary>Of device plugins, which the kubelet owns.</summary>
    public required string Directory { get; init; }

    /// <summary>Its first start is up to the test.</summary>
    /// <exception cref="TestHosts.TestResourceUnavailableException">gRPC for Python is not installed.</exception>
    public static async Task<FakeKubelet> CreateAsync(TestDirectory directory)
    {
        if (!File.Exists(Python) || (await Command.Of(Python, "-c", "import grpc, grpc_tools").RunAsync()).ExitCode != 0)
            throw new TestHosts.TestResourceUnavailableException("gRPC for Python is not installed (python3-grpcio, python3-grpc-tools)");
        var plugins = PluginDirectory(directory);
        // Pipes, unlike other programs here: it is told what to do while it runs, and starts nothing that would keep them.
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Kubernetes/device-kubelet.py"), plugins, directory.CreateSubdirectory($"messages-{Guid.NewGuid():N}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var kubelet = new FakeKubelet(Process.Start(start)!) { Directory = plugins };
        await kubelet.AnswerAsync();
        return kubelet;
    }

    public static string PluginDirectory(TestDirectory directory) => directory.CreateSubdirectory("device-plugins");

    /// <summary>Removes what is in the directory and takes registrations.</summary>
    /// <param name="refusals">How many of them it refuses first.</param>
    public Task StartAsync(int refusals = 0) => AskAsync(new JsonObject { ["do"] = "start", ["refusals"] = refusals });

    /// <summary>Ends its connections and takes its socket away.</summary>
    public Task StopAsync() => AskAsync(new JsonObject { ["do"] = "stop" });

    /// <summary>Since its start, in turn.</summary>
    public async Task<JsonNode[]> RegistrationsAsync() => [.. (await AskAsync(new JsonObject { ["do"] = "registered" }))!.AsArray().Select(static registration => registration!)];

    /// <summary>The resources that are registered, once there are so many.</summary>
    public async Task<string[]> RegisteredAsync(int count)
    {
        string[] names = [];
        await UntilAsync(
            async () => (names = [.. (await RegistrationsAsync()).Select(static registration => (string)registration["resource_name"]!).Distinct().Order(StringComparer.Ordinal)]).Length >= count,
            () => $"{count} resources are registered; now: {string.Join(' ', names)}");
        return names;
    }

    /// <summary>Every list of devices that the plugin has sent.</summary>
    public async Task<PluginList[]> ListsAsync(string resource) =>
        (await AskAsync(new JsonObject { ["do"] = "lists", ["resource"] = resource }))?["lists"]!.AsArray().Select(static list => PluginList.Parse(list!)).ToArray() ?? [];

    /// <summary>The plugin's newest list, once something holds of it.</summary>
    public async Task<PluginList> ListAsync(string resource, Predicate<PluginList>? condition = null, string what = "a list")
    {
        PluginList? newest = null;
        await UntilAsync(
            async () => (newest = (await ListsAsync(resource)).LastOrDefault()) is not null && (condition is null || condition(newest)),
            () => $"{what} of {resource}; now: {newest}");
        return newest!;
    }

    /// <summary>One call for one container, and what it is answered for this container.</summary>
    public async Task<JsonNode> AllocateAsync(string resource, params IEnumerable<string> ids) =>
        Container(await CallAsync(resource, "Allocate", Requests(new JsonObject { ["devices_ids"] = Array(ids) })));

    public async Task<string[]> PreferAsync(string resource, IEnumerable<string> available, IEnumerable<string> wanted, int count)
    {
        var request = new JsonObject { ["available_deviceIDs"] = Array(available), ["must_include_deviceIDs"] = Array(wanted), ["allocation_size"] = count };
        return [.. Container(await CallAsync(resource, "GetPreferredAllocation", Requests(request)))["deviceIDs"]!.AsArray().Select(static id => (string)id!)];
    }

    /// <returns><c>answer</c>, or <c>status</c> and <c>details</c>.</returns>
    public async Task<JsonNode> CallAsync(string resource, string method, JsonNode message) =>
        (await AskAsync(new JsonObject { ["do"] = "call", ["resource"] = resource, ["method"] = method, ["message"] = message }))!;

    /// <summary>A call with these bytes as its message.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async Task<JsonNode> CallRawAsync(string resource, string method, string hexadecimal) =>
        (await AskAsync(new JsonObject { ["do"] = "raw", ["resource"] = resource, ["method"] = method, ["hex"] = hexadecimal }))!;

    /// <summary>Connections that send these bytes and no more, open until the end of this kubelet.</summary>
    public Task HoldAsync(string resource, int count, string hexadecimal) =>
        AskAsync(new JsonObject { ["do"] = "hold", ["resource"] = resource, ["count"] = count, ["hex"] = hexadecimal });

    public static JsonObject Requests(params JsonNode[] containers) => new() { ["container_requests"] = new JsonArray([.. containers]) };

    public static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(static value => JsonValue.Create(value))]);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        for (var clock = Stopwatch.StartNew(); !await condition(); await Task.Delay(20))
        {
            if (clock.Elapsed > Patience)
                Assert.Fail($"It has not come to this: {what()}");
        }
    }

    private static JsonNode Container(JsonNode result) =>
        result["answer"] is { } answer ? answer["container_responses"]!.AsArray().Single()! : throw new AssertionException($"The plugin has refused: {result.ToJsonString()}");

    private async Task<JsonNode?> AskAsync(JsonObject command)
    {
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        return await AnswerAsync();
    }

    private async Task<JsonNode?> AnswerAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return JsonNode.Parse(line ?? throw new InvalidOperationException("the kubelet has ended"));
    }
}
