using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;

namespace GpuRuntime.Agent.Limits;

/// <summary>The arguments of <c>limit</c>: whoever calls it wrote them into a specification, so that nothing is guessed.</summary>
/// <param name="Library">NVIDIA's management library; an absolute path.</param>
/// <param name="Limits">One for each GPU, in the order of the arguments.</param>
internal sealed record LimitArguments(string Library, ImmutableArray<GpuLimit> Limits)
{
    public const string Usage = """
        limit --library=PATH --gpu=ADDRESS=BYTES [--gpu=...]
                   limits what a created container may use of GPUs' memory; the runtime writes the container's state to standard input
        """;

    /// <returns><see langword="null"/> for arguments that are unknown, malformed, missing or there twice.</returns>
    public static LimitArguments? Parse(ReadOnlySpan<string> arguments)
    {
        string? library = null;
        var limits = ImmutableArray.CreateBuilder<GpuLimit>();
        foreach (var argument in arguments)
        {
            if (library is null && argument.StartsWith($"{NvidiaMemoryLimit.LibraryOption}/", StringComparison.Ordinal))
                library = argument[NvidiaMemoryLimit.LibraryOption.Length..];
            else if (argument.StartsWith(NvidiaMemoryLimit.GpuOption, StringComparison.Ordinal) && Limit(argument.AsSpan(NvidiaMemoryLimit.GpuOption.Length)) is { } limit && !limits.Any(other => other.Gpu == limit.Gpu))
                limits.Add(limit);
            else
                return null;
        }

        return library is null || limits.Count == 0 ? null : new LimitArguments(library, limits.ToImmutable());
    }

    private static GpuLimit? Limit(ReadOnlySpan<char> text)
    {
        var equals = text.IndexOf('=');
        return equals > 0 && PciAddress.Parse(text[..equals]) is { } gpu
            && ulong.TryParse(text[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is > 0 and < NvmlLimits.Unlimited
            ? new GpuLimit(gpu, bytes)
            : null;
    }
}
