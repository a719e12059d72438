using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Allocation;

/// <summary>Whether a container may have a unit that others hold too.</summary>
internal sealed class Admission(GpuRequest request, RuntimeConfiguration configuration, IHoldings holdings)
{
    private const string WhoHolds = "gpu-runtime allocations shows who holds what";

    /// <exception cref="GpuRuntimeException">It may not.</exception>
    public void Check(HeldUnit unit)
    {
        if (Refusal(unit) is { } refusal)
            throw refusal;
    }

    /// <summary>Why a container may not have it; <see langword="null"/>: it may.</summary>
    public GpuRuntimeException? Refusal(HeldUnit unit)
    {
        var use = holdings.Of(unit);
        if (use.IsExclusive)
            return Held($"{request.Source} asks for {unit.Id}, which {Holders(unit)} holds for itself (mode=exclusive); wait for it to end, or name another GPU");
        if (request.Mode == SharingMode.Exclusive && use.Holders > 0)
            return Held($"{request.Source} asks for {unit.Id} for itself alone (mode=exclusive), and {Holders(unit)} holds it; wait for that to end, or name another GPU");
        if (configuration.MaxHolders > 0 && use.Holders >= configuration.MaxHolders)
            return Held($"{request.Source} asks for {unit.Id}, which {use.Holders} containers hold, as many as allocation.maxHolders allows");
        return request.MemoryLimitBytes is { } bytes ? MemoryRefusal(unit, use, bytes) : null;
    }

    /// <summary>Fewer GPUs may be had than a count asks for.</summary>
    public GpuRuntimeException TooFew(int count, int free, ImmutableArray<Gpu> candidates)
    {
        // Where limits are what keeps the container from them, the first reason says more than a number.
        var reason = HeldUnit.Of(candidates).Select(Refusal).FirstOrDefault(refusal => refusal is not null);
        return reason is { Code: ErrorCode.MemoryExhausted } ? reason : Held($"{request.Source} asks for {count} GPUs{(request.Mode == SharingMode.Exclusive ? " for itself alone" : "")}, and {free} of {candidates.Length} can be had now");
    }

    /// <summary>No MIG device of a divided GPU is free and large enough.</summary>
    public GpuRuntimeException NoInstance(Gpu gpu)
    {
        var wanted = string.Join(" and ", new[] { request.MemoryLimitBytes is { } bytes ? MemoryText.Of(bytes) : null, request.ComputePercent is { } percent ? $"{percent}% of its compute units" : null }.OfType<string>());
        var devices = HeldUnit.Of(gpu);
        var unknown = devices.Any(unit => request.MemoryLimitBytes is not null && unit.MemoryBytes is null || request.ComputePercent is not null && unit.MigDevice!.ComputePercent is null);
        return new GpuRuntimeException(
            devices.Any(unit => holdings.Of(unit).Holders > 0) ? ErrorCode.GpuHeld : ErrorCode.LimitUnavailable,
            $"{request.Source}: {gpu.Id} is divided into {devices.Length} MIG devices, and none is free and known to have {wanted}: {string.Join(", ", devices.Select(Describe))}. {(unknown ? "Run gpu-runtime devices --refresh, which asks nvidia-smi for what no file tells." : $"{WhoHolds}.")}");
    }

    private string Describe(HeldUnit unit) =>
        $"{unit.Id} ({(unit.MemoryBytes is { } bytes ? MemoryText.Of(bytes) : "memory unknown")}{(holdings.Of(unit).Holders > 0 ? ", held" : "")})";

    private GpuRuntimeException? MemoryRefusal(HeldUnit unit, UnitUse use, long bytes)
    {
        if (configuration.Overcommit)
            return null;
        if (unit.MemoryBytes is not { } size)
        {
            return new GpuRuntimeException(
                ErrorCode.LimitUnavailable,
                $"{request.Source}: how much memory {unit.Id} has is not known, so that limits on it cannot be added up. {(unit.Gpu.Vendor == GpuVendor.Nvidia ? "Run gpu-runtime devices --refresh, which asks nvidia-smi, or set" : "Set")} limits.overcommit to true.");
        }

        if (bytes > size)
            return new GpuRuntimeException(ErrorCode.MemoryExhausted, $"{request.Source} asks for {MemoryText.Of(bytes)} of {unit.Id}, which has {MemoryText.Of(size)}; ask for less.");
        return bytes > size - Math.Min(size, use.LimitedBytes)
            ? new GpuRuntimeException(
                ErrorCode.MemoryExhausted,
                $"{request.Source} asks for {MemoryText.Of(bytes)} of {unit.Id}, of whose {MemoryText.Of(size)} the limits of other containers take {MemoryText.Of(use.LimitedBytes)}; ask for less, wait for one to end ({WhoHolds}), or set limits.overcommit to true.")
            : null;
    }

    private string Holders(HeldUnit unit)
    {
        var names = holdings.HoldersOf(unit);
        var shown = string.Join(", ", names.Take(3).Select(PrintableText.Of));
        return names.Count switch
        {
            0 => "another container",
            1 => $"container {shown}",
            <= 3 => $"containers {shown}",
            _ => $"containers {shown} and {names.Count - 3} more",
        };
    }

    private static GpuRuntimeException Held(string what) => new(ErrorCode.GpuHeld, $"{what}; {WhoHolds}.");
}
