using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>acceptEnv: an image's variables ask for GPUs only where the administrator lets them.</summary>
public sealed class EnvironmentPolicyRows : BundleFixture
{
    [TestCase(false, false, ExpectedResult = false)]
    [TestCase(false, true, ExpectedResult = true)]
    [TestCase(true, false, ExpectedResult = true)]
    [TestCase(true, true, ExpectedResult = false)]
    public async Task<bool> The_variable_counts_for_the_kind_of_container_that_is_accepted(bool acceptPrivileged, bool unprivilegedContainer)
    {
        var config = Machine.WriteConfiguration($"accept-{acceptPrivileged}.json", json =>
            json["acceptEnv"] = new JsonObject { ["privileged"] = acceptPrivileged, ["unprivileged"] = !acceptPrivileged });
        var id = NewId();
        // Privileged, as NVIDIA's tools mean it: CAP_SYS_ADMIN in the bounding set.
        var options = BundleEngine.DefaultOptions with { Capabilities = unprivilegedContainer ? ["CAP_KILL"] : ["CAP_KILL", "CAP_SYS_ADMIN"] };
        var bundle = await CreateBundleAsync(id, "0", options, [.. Probe.ListNodes]);

        var result = await Shim("--root", Bundles.StateRoot, "run", "--bundle", bundle.Directory, id)
            .WithEnvironment("GPU_RUNTIME_CONFIG", config).RunAsync();

        return result.EnsureSuccess().Output.Trim().Length > 0;
    }
}
