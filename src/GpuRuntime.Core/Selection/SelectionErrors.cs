using System.Collections.Immutable;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Selection;

/// <summary>Why a request names nothing on this host. Every sentence lists what the host has.</summary>
internal static class SelectionErrors
{
    public static GpuRuntimeException NoGpu(DeviceSelector selector, ImmutableArray<Gpu> host, string source) => new(
        ErrorCode.NoGpu,
        $"{source} asks for {PrintableText.Quote(selector.Text)}, and this host has no {(selector.Vendor is { } vendor ? vendor.DisplayName() + " " : "")}GPU. It has {HostGpus.Describe(host)}; run gpu-runtime check to see why.");

    public static GpuRuntimeException Named(DeviceSelector selector, ImmutableArray<Gpu> host, string source) =>
        NotFound($"{source}: {PrintableText.Quote(selector.Text)} is not a GPU of this host", host);

    public static GpuRuntimeException NotFound(string what, ImmutableArray<Gpu> host) =>
        new(ErrorCode.GpuNotFound, $"{what}. This host has {HostGpus.Describe(host)}.");
}
