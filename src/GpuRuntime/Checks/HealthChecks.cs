using System.Collections.Immutable;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Health;
using GpuRuntime.Linux.Limits;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Checks;

/// <summary>How the running agent finds the GPUs.</summary>
internal static class HealthChecks
{
    private const string Topic = "health";

    public static ImmutableArray<Finding> Run(RuntimeConfiguration configuration)
    {
        try
        {
            if (new LinuxLimitHost(configuration.StateDirectory, "").Watchdog is null)
                return [new Finding(Topic, "nobody judges the GPUs, since gpu-runtime-agent is not running (systemctl enable --now gpu-runtime-agent)")];
            return new HealthFile(configuration.StateDirectory).Read() is { } state ? Judged(state) : [new Finding(Topic, "gpu-runtime-agent runs, and says nothing of the GPUs that can be read")];
        }
        catch (GpuRuntimeException exception)
        {
            return Environment.IsPrivilegedProcess ? [new Finding(Topic, exception.Message, "See the sentence above")] : [];
        }
    }

    private static ImmutableArray<Finding> Judged(HealthState state)
    {
        if (state.Gpus is not { } gpus)
            return [new Finding(Topic, "gpu-runtime-agent runs, and has not judged the GPUs yet")];
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var healthy = 0;
        foreach (var gpu in gpus)
        {
            healthy += gpu.Reasons.IsEmpty ? 1 : 0;
            foreach (var reason in gpu.Reasons)
                findings.Add(new Finding($"{Topic} {gpu.Id}", $"unhealthy ({reason.Code}): {reason.Seen}", reason.Cure));
        }

        if (healthy > 0 || gpus.IsEmpty)
            findings.Add(new Finding(Topic, gpus.IsEmpty ? "gpu-runtime-agent runs, and finds no GPU" : $"gpu-runtime-agent finds {healthy} of {gpus.Length} {(gpus.Length == 1 ? "GPU" : "GPUs")} healthy"));
        return findings.ToImmutable();
    }
}
