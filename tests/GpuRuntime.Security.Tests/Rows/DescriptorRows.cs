using System.Text.Json.Nodes;
using GpuRuntime.Security.Tests.Containers;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Descriptors of ours that others could use: CVE-2024-21626 was one of runc's, on a directory of the host.</summary>
[Category("T12")]
public sealed class DescriptorRows() : HookFixture(HookVerb.Runtime)
{
    // Of a runtime that is a shell.
    private const string List = "for file in /proc/$$/fd/*; do echo \"${file##*/} $(readlink $file)\"; done >\"$LISTED\"";

    [Test]
    public async Task Nothing_of_the_runtimes_is_open_in_the_container([Values("void", "all")] string devices)
    {
        var bundle = await CreateBundleAsync(HookRequest.Of(HookImage.Busybox, "ls", "/proc/self/fd") with { Devices = devices });

        var result = await RunAsync(bundle);

        // The fourth is the directory that is listed.
        Assert.That(result.EnsureSuccess().Lines, Is.EqualTo((string[])["0", "1", "2", "3"]));
    }

    [Test]
    public async Task The_low_level_runtime_has_what_the_engine_passed_and_nothing_of_ours([Values("create", "run")] string verb)
    {
        var alone = await DescriptorsAsync(ListingRuntime(), verb);
        var shim = await DescriptorsAsync(Shim, verb);

        Assert.That(alone, Has.Some.StartsWith("7 "), "the engine passed none");
        Assert.That(shim, Is.EqualTo(alone));
    }

    [Test]
    [Category("Control")]
    public async Task A_runtime_that_leaves_a_directory_of_the_host_open_is_seen()
    {
        var weak = WeakProgram.Runtime(Machine.Directory, "exec 9</", ListingRuntime());

        Assert.That(await DescriptorsAsync(weak, "create"), Has.Some.EqualTo("9 /"));
    }

    private string ListingRuntime() => RuntimeScript.Write(Path.Combine(Machine.Directory.CreateSubdirectory("listing", NewId()), "runc"), $"#!/bin/sh\n{List}\n");

    private async Task<string[]> DescriptorsAsync(string program, string verb)
    {
        var listed = Machine.Directory.Combine($"listed-{NewId()}");
        var runtime = ListingRuntime();
        var configuration = Machine.WriteConfiguration($"{NewId()}.json", json => json["lowLevelRuntimes"] = new JsonArray(runtime));
        var bundle = await CreateBundleAsync(new HookRequest());
        // Output to one and the same place, and a descriptor as an engine passes one by --preserve-fds.
        await Bundles.Complete(Command.Of("sh", "-c", """exec 7</dev/null >/dev/null 2>&1; exec "$@" """, "sh", program, verb, "--bundle", bundle.Directory, NewId()))
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration).WithEnvironment("LISTED", listed).RunAsync();
        // Without what is the shell's own: the script, the list, and the pipe of the command in it.
        return [.. (await File.ReadAllLinesAsync(listed)).Where(line => !line.EndsWith("/runc", StringComparison.Ordinal) && !line.EndsWith(listed, StringComparison.Ordinal) && !line.StartsWith("3 pipe:", StringComparison.Ordinal))];
    }
}
