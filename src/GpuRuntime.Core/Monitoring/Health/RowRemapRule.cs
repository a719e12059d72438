using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>
/// Memory rows that wait to be replaced, or cannot be: what the GPU said last, until it says otherwise.
/// https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/
/// </summary>
internal sealed class RowRemapRule : IHealthRule
{
    private bool _hasFailed;
    private bool _isPending;

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        _hasFailed = sample.Repairs?.HasRemappingFailed ?? _hasFailed;
        _isPending = sample.Repairs?.IsRemappingPending ?? _isPending;
        if (_hasFailed)
            yield return new HealthReason(HealthCodes.RowRemap, "A faulty memory row could not be replaced", "Have the card replaced");
        if (_isPending)
            yield return new HealthReason(
                HealthCodes.RowRemapPending, "A faulty memory row waits to be replaced",
                "Programs that run may go on; reset the GPU once they have ended (nvidia-smi --gpu-reset)");
    }

    public void Forget() => _hasFailed = _isPending = false;
}
