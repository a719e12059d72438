using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes.Manifests;

/// <summary>What is in packaging/kubernetes and its overlays, read by kubectl of a Debian suite.</summary>
/// <param name="suite"><see langword="null"/>: the machine's.</param>
public abstract class ManifestFixture(string? suite)
{
    private TestDirectory? _directory;
    private Kubectl? _kubectl;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _directory = TestDirectory.Create();
        try
        {
            _kubectl = await Kubectl.CreateAsync(_directory, suite);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
        }
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_kubectl is not null)
            await _kubectl.DisposeAsync();
        await _directory!.DisposeAsync();
    }

    private protected Kubectl Kubectl => _kubectl!;

    private protected Task<JsonNode[]> ManifestAsync() => Kubectl.DryRunAsync(Packaging("kubernetes", "gpu-runtime.yaml"));

    // As `gpu-runtime config` tells it, which fails for what is no key or no value of one.
    private protected async Task<Dictionary<string, string>> ConfigurationAsync(JsonNode[] objects)
    {
        var file = _directory!.Combine($"config-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, (string)objects.Single(static item => (string?)item["kind"] == "ConfigMap")["data"]!["config.json"]!);
        return (await Command.Of(Programs.GpuRuntime, "config", "--config", file).RunAsync()).EnsureSuccess().Lines
            .Select(static line => line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries)).Where(static words => words.Length > 1)
            .ToDictionary(static words => words[0], static words => words[1].Trim('"'));
    }

    private protected static void AssertKnown(JsonNode[] objects)
    {
        foreach (var item in objects)
            Assert.That(ObjectSchema.Problems(item), Is.Empty, (string?)item["kind"]);
    }

    private protected static string Packaging(params ReadOnlySpan<string> parts) => Path.Combine([Repository.Root, "packaging", .. parts]);
}
