using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Rows about the runtime's own command line, on bundles, without an engine.</summary>
public abstract class BundleFixture(EngineKind kind = EngineKind.RuncOnCgroupV1) : EngineFixture(kind)
{
    private TestImage? _busybox;

    private protected BundleEngine Bundles => (BundleEngine)Engine;

    private protected TestImage Busybox => _busybox!;

    /// <summary>gpu-runtime with arguments as they are: no --root before them.</summary>
    private protected Command Shim(params ReadOnlySpan<string> arguments) => Bundles.Complete(Command.Of(Programs.GpuRuntime, arguments));

    private protected Command Runc(params ReadOnlySpan<string> arguments) => Bundles.Complete(Command.Of(EngineFactory.LowLevelRuntime(Kind), arguments));

    private protected static string NewId() => $"c{Guid.NewGuid():N}";

    private protected Task<Bundle> CreateBundleAsync(string id, string? devices, BundleOptions? options = null, params ReadOnlySpan<string> command)
    {
        var request = ContainerRequest.Of(Busybox, command);
        return Bundles.CreateBundleAsync(id, devices is null ? request : request.With("NVIDIA_VISIBLE_DEVICES", devices), options);
    }

    private protected override Task PrepareAsync()
    {
        _busybox = TestImage.Busybox(Machine.Directory);
        return Task.CompletedTask;
    }
}
