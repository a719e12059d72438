using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>
/// Who may ask for GPUs is the admin's decision: annotations, which a checkpoint image brings when it is restored (CVE-2026-53492), and variables,
/// of which nobody can tell the image's from the user's. What does not count gives nothing and is told; each has what counts as its control.
/// </summary>
[TestFixture(HookVerb.Prestart)]
[TestFixture(HookVerb.Runtime)]
[Category("Control")]
public sealed class AcceptedSourceRows(HookVerb verb) : PolicyFixture(verb)
{
    [Test]
    [Category("T14")]
    public async Task A_CDI_annotation_counts_where_the_configuration_says_so_and_by_default_it_does_not([Values] bool accepted)
    {
        const string key = "cdi.k8s.io/restored";
        var request = ListingNodes with { Edit = static spec => spec["annotations"] = new JsonObject { [key] = "nvidia.com/gpu=0" } };

        var (result, log) = await StartAsync(request, config =>
        {
            if (accepted)
                config["cdi"] = new JsonObject { ["annotations"] = true };
        });

        AssertGiven(result, log, accepted, key, "cdi.annotations");
    }

    [Test]
    [Category("T14")]
    public async Task Our_own_annotation_counts_unless_the_configuration_says_no([Values] bool accepted)
    {
        const string key = "gpu-runtime.io/gpus";
        var request = ListingNodes with { Edit = static spec => spec["annotations"] = new JsonObject { [key] = "device=nvidia:0" } };

        var (result, log) = await StartAsync(request, config => config["acceptAnnotations"] = accepted);

        AssertGiven(result, log, accepted, key, "acceptAnnotations");
    }

    [Test]
    [Category("T16")]
    public async Task A_variable_counts_where_the_configuration_accepts_it(
        [Values("NVIDIA_VISIBLE_DEVICES", "AMD_VISIBLE_DEVICES", "INTEL_VISIBLE_DEVICES", "GPU_RUNTIME_GPUS")] string variable, [Values] bool accepted)
    {
        var (result, log) = await StartAsync(WithVariable(variable, "all"), config => config["acceptEnv"] = new JsonObject { ["unprivileged"] = accepted });

        AssertGiven(result, log, accepted, variable, "acceptEnv.unprivileged");
    }

    // NVIDIA's own toolkit once gave every GPU for "none" (fixed in its 1.18.2).
    [Category("T16")]
    [TestCase("NVIDIA_VISIBLE_DEVICES", "all", "/dev/nvidia0")]
    [TestCase("NVIDIA_VISIBLE_DEVICES", "none", "/dev/nvidiactl")]
    [TestCase("NVIDIA_VISIBLE_DEVICES", "void", "")]
    [TestCase("NVIDIA_VISIBLE_DEVICES", "", "")]
    [TestCase("NVIDIA_VISIBLE_DEVICES", null, "")]
    [TestCase("AMD_VISIBLE_DEVICES", "all", "/dev/kfd")]
    [TestCase("AMD_VISIBLE_DEVICES", "none", "")]
    [TestCase("AMD_VISIBLE_DEVICES", "void", "")]
    [TestCase("AMD_VISIBLE_DEVICES", "", "")]
    [TestCase("AMD_VISIBLE_DEVICES", null, "")]
    [TestCase("INTEL_VISIBLE_DEVICES", "all", "/dev/dri/")]
    [TestCase("INTEL_VISIBLE_DEVICES", "none", "")]
    [TestCase("INTEL_VISIBLE_DEVICES", "void", "")]
    [TestCase("INTEL_VISIBLE_DEVICES", "", "")]
    [TestCase("INTEL_VISIBLE_DEVICES", null, "")]
    public async Task All_none_void_empty_and_unset_each_mean_what_they_do_for_the_vendor(string variable, string? value, string given)
    {
        var (result, _) = await StartAsync(WithVariable(variable, value));

        var nodes = result.EnsureSuccess().Lines;
        if (given.Length == 0)
            Assert.That(nodes, Is.Empty);
        else
            Assert.That(nodes, Has.Some.StartsWith(given));
        Assert.That(nodes.Any(static node => node.StartsWith("/dev/nvidia", StringComparison.Ordinal) && char.IsAsciiDigit(node[^1])), Is.EqualTo(value == "all" && variable[0] == 'N'));
        Assert.That(nodes.Contains("/dev/kfd"), Is.EqualTo(value == "all" && variable[0] == 'A'));
    }

    private static HookRequest WithVariable(string variable, string? value) => ListingNodes with
    {
        Edit = spec =>
        {
            var environment = spec["process"]!["env"]!.AsArray();
            environment.RemoveAll(static entry => ((string)entry!).Contains("VISIBLE_DEVICES", StringComparison.Ordinal));
            if (value is not null)
                environment.Add($"{variable}={value}");
        },
    };

    private static void AssertGiven(CommandResult result, string[] log, bool accepted, string source, string key)
    {
        Assert.That(result.EnsureSuccess().Lines, accepted ? Is.Not.Empty : Is.Empty);
        if (accepted)
            Assert.That(log, Has.Some.Contains($"{source} gave"));
        else
            Assert.That(log, Has.Exactly(1).Contains($"{source} is ignored: {key} is false."));
    }
}
