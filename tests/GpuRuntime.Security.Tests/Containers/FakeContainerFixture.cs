using GpuRuntime.Security.Tests.Tools;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>The hook is run by itself, for containers that no runtime made.</summary>
public abstract class FakeContainerFixture(HookVerb verb = HookVerb.Prestart) : HookFixture(verb)
{
    private string _devicePrograms = "";
    private int _containers;

    private protected async Task<FakeContainer> StartContainerAsync(Bundle bundle, CgroupVersion version = CgroupVersion.V1, string prepare = "", string populate = "") =>
        await FakeContainer.StartAsync(bundle, await CreateCgroupAsync(version), prepare, populate);

    private protected async Task<FakeContainer> StartContainerAsync(HookRequest request, CgroupVersion version = CgroupVersion.V1) =>
        await StartContainerAsync(await CreateBundleAsync(request), version);

    private protected Task<TestDeviceCgroup> CreateCgroupAsync(CgroupVersion version, string? name = null) =>
        TestDeviceCgroup.CreateAsync(version, Path.Combine(Machine.Directory.Name(), name ?? $"fake-{_containers++}"), _devicePrograms);

    /// <summary>What opening paths of the container gives, from its own cgroup.</summary>
    private protected static async Task<CommandResult> OpenInAsync(FakeContainer container, params IEnumerable<string> paths)
    {
        const string script = """
            while [ "$1" != -- ]; do echo $$ >"$1" || exit; shift; done
            shift
            exec "$@"
            """;
        string[] opened = [.. paths.Select(path => container.Root + path)];
        var result = await Command.Of("sh", ["-c", script, "sh", .. container.Cgroup.ToJoin, "--", container.Root + HookImage.OpenDevice, .. opened]).RunAsync();
        return result with { Output = result.Output.Replace(container.Root, "", StringComparison.Ordinal) };
    }

    /// <summary>The hook has done its work: the GPU opens, or with <see cref="HookVerb.Cdi"/> the loader finds the driver by every name.</summary>
    private protected async Task AssertGivenAsync(FakeContainer container)
    {
        if (Verb == HookVerb.Prestart)
        {
            Probe.AssertAllOpen(await OpenInAsync(container, FirstGpu), FirstGpu);
            return;
        }

        Assert.That(new FileInfo($"{container.Root}/usr/lib/x86_64-linux-gnu/libcuda.so").LinkTarget, Is.EqualTo("libcuda.so.1"));
        Assert.That(await File.ReadAllTextAsync($"{container.Root}/etc/ld.so.cache"), Does.Contain("/libcuda.so.1"));
        Assert.That(Directory.GetFileSystemEntries($"{container.Root}/dev/dri/by-path").Select(Path.GetFileName), Is.EquivalentTo(HostNodes.ByPathLinks(Host, 0, 1)));
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _devicePrograms = await DevicePrograms.BuildAsync(Machine.Directory.CreateSubdirectory("programs"));
    }
}
