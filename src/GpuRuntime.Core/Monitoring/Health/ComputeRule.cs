using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>An AMD GPU that KFD, the compute driver inside amdgpu, has listed and lists no more.</summary>
internal sealed class ComputeRule : IHealthRule
{
    private bool _wasListed;

    public IEnumerable<HealthReason> Judge(GpuSample sample, TimeSpan now)
    {
        if (sample.Gpu.Vendor != GpuVendor.Amd)
            return [];
        _wasListed |= sample.Gpu.KfdNode is not null;
        return _wasListed && sample.Gpu.KfdNode is null
            ? [new HealthReason(HealthCodes.ComputeLost, "KFD, the driver for compute, lists it no more", "Look at dmesg for lines of amdgpu and kfd; load amdgpu anew, or reboot the host")]
            : [];
    }

    // That it has computed once stays true across a reset.
    public void Forget()
    {
    }
}
