using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>Rows on a host with GPUs of AMD's, Intel's, or several vendors, by its name in <see cref="VendorHosts"/>.</summary>
public abstract class VendorFixture(EngineKind kind, string host) : EngineFixture(kind)
{
    private TestImage? _busybox;

    private protected TestImage Busybox => _busybox!;

    private protected ImmutableArray<HostGpu> Gpus => HostGpus.Of(Machine);

    /// <summary>A container with variables "NAME=VALUE".</summary>
    private protected ContainerRequest Asking(string[] variables, ImmutableArray<string> command) =>
        variables.Select(static variable => variable.Split('=', 2)).Aggregate(ContainerRequest.Of(Busybox, command.AsSpan()), static (request, pair) => request.With(pair[0], pair[1]));

    private protected override TestMachine CreateMachine(string lowLevelRuntime) => VendorHosts.Open(host, lowLevelRuntime);

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
