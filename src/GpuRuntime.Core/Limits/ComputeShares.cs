using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Limits;

/// <summary>
/// Holds a container to a share of its GPUs' compute units. No kernel has such a limit for NVIDIA's or AMD's GPUs: there are MIG devices, MPS where
/// the admin runs its daemon and says so, and the masks of AMD's user space.
/// </summary>
internal static class ComputeShares
{
    // ROCr reads it: HSA_CU_MASK=GPU:FIRST-LAST;..., GPUs counted as the container sees them. A program can take it away.
    private const string AmdMask = "HSA_CU_MASK";
    private const string MpsPercentage = "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE";
    private const string MpsPipe = "CUDA_MPS_PIPE_DIRECTORY";
    private const string MpsControl = "control";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LimitUnavailable"/>.</exception>
    public static HeldCompute Choose(HeldUnit unit, UnitUse use, int percent, LimitFacts facts, string source)
    {
        var strongest = Strongest(unit, use, percent, facts);
        return strongest.Tier <= facts.Configuration.MinimumComputeTier ? strongest : throw new GpuRuntimeException(
            ErrorCode.LimitUnavailable,
            $"{source}: nothing here can hold the container to {percent}% of {unit.Id} as strongly as limits.minimumComputeTier ({facts.Configuration.MinimumComputeTier.Word()}) wants: {Missing(unit, use, percent, facts)}.");
    }

    /// <summary>The strongest way in which this host can hold a share, accepted or not.</summary>
    public static HeldCompute Strongest(HeldUnit unit, UnitUse use, int percent, LimitFacts facts) => unit switch
    {
        { MigDevice: { } device } when use.Holders == 0 && device.ComputePercent >= percent => new HeldCompute(percent, device.ComputePercent, ComputeTier.Hardware),
        { MigDevice: null, Gpu.Vendor: GpuVendor.Nvidia } when HasMps(facts) => new HeldCompute(percent, percent, ComputeTier.Cooperative),
        { Gpu: { Vendor: GpuVendor.Amd, ComputeUnits: { } units } } => new HeldCompute(percent, Math.Max(1, MaskedUnits(unit.Gpu, percent) * 100 / units), ComputeTier.Cooperative),
        _ => new HeldCompute(percent, null, ComputeTier.Advisory),
    };

    /// <summary>Adds what the units' shares need.</summary>
    public static LimitPlan Add(LimitPlan plan, ImmutableArray<HeldUnit> units, int percent, LimitFacts facts)
    {
        List<Gpu> amd = [.. units.Select(unit => unit.Gpu).Where(gpu => gpu is { Vendor: GpuVendor.Amd, HasCompute: true })];
        amd.Sort((first, second) => (first.HipIndex ?? 0).CompareTo(second.HipIndex ?? 0));
        if (amd.Any(gpu => gpu.ComputeUnits is not null))
            plan = plan with { Environment = plan.Environment.Add(new EnvironmentVariable(AmdMask, Mask(amd, percent))) };
        if (!HasMps(facts) || !units.Any(unit => unit is { MigDevice: null, Gpu.Vendor: GpuVendor.Nvidia }))
            return plan;
        var pipe = facts.Configuration.MpsPipeDirectory;
        return plan with
        {
            Environment =
            [
                .. plan.Environment, new EnvironmentVariable(MpsPipe, pipe), new EnvironmentVariable(MpsPercentage, percent.ToString(CultureInfo.InvariantCulture)),
            ],
            // Clients and the daemon meet in both.
            Mounts = [.. plan.Mounts, new ContainerMount(pipe, pipe, ContainerMount.Socket), new ContainerMount(facts.Configuration.MpsSharedMemory, "/dev/shm", ContainerMount.Socket)],
        };
    }

    /// <summary>How many compute units a share leaves: at least one, and of GPUs that have them in pairs (RDNA) whole pairs.</summary>
    internal static int MaskedUnits(Gpu gpu, int percent)
    {
        var step = gpu.HasPairedComputeUnits == true ? 2 : 1;
        return Math.Max(step, gpu.ComputeUnits!.Value * percent / 100 / step * step);
    }

    private static string Mask(List<Gpu> gpus, int percent)
    {
        var masks = new List<string>();
        for (var index = 0; index < gpus.Count; index++)
        {
            if (gpus[index].ComputeUnits is not null)
                masks.Add(string.Create(CultureInfo.InvariantCulture, $"{index}:0-{MaskedUnits(gpus[index], percent) - 1}"));
        }

        return string.Join(';', masks);
    }

    private static bool HasMps(LimitFacts facts) =>
        facts.Configuration.MpsPipeDirectory is { Length: > 0 } pipe && facts.Host.Exists($"{pipe.TrimEnd('/')}/{MpsControl}");

    private static string Missing(HeldUnit unit, UnitUse use, int percent, LimitFacts facts) => unit switch
    {
        { MigDevice: { } device } =>
            use.Holders > 0 ? "another container holds this MIG device too"
            : device.ComputePercent is { } has ? $"this MIG device has {has}% of its GPU"
            : "its profile is not known (gpu-runtime devices --refresh asks nvidia-smi)",
        { Gpu.Vendor: GpuVendor.Nvidia } =>
            facts.Configuration.MpsPipeDirectory.Length == 0 ? "it takes a MIG device, or MPS (limits.mps.pipeDirectory)"
            : $"no MPS daemon runs in {facts.Configuration.MpsPipeDirectory} (nvidia-cuda-mps-control -d)",
        { Gpu.Vendor: GpuVendor.Amd } => "AMD's compute driver (KFD) does not tell its compute units",
        _ => $"{unit.Gpu.Vendor.DisplayName()}'s driver has no such limit for a container",
    };
}
