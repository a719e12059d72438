using System.Collections.Immutable;
using GpuRuntime.EndToEnd.Tests.Prestart;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>
/// docker run --gpus on a host with other GPUs than NVIDIA's, or with those too. Our hook has the name that Docker looks for; gpu-runtime is
/// registered as well, and is what makes a container unless a row takes Docker's own runc.
/// </summary>
public abstract class VendorHookFixture(EngineKind kind, string host) : DockerHookFixture(kind)
{
    private protected ImmutableArray<HostGpu> Present => HostGpus.Of(Machine);

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => VendorHosts.Open(host, lowLevelRuntime);

    private protected override ImmutableDictionary<string, string> Runtimes() =>
        ImmutableDictionary<string, string>.Empty.Add(RuntimeNames.GpuRuntime, Programs.GpuRuntime);
}
