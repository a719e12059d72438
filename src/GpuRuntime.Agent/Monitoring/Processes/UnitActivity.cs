using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Monitoring.Processes;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>What one process does on one unit.</summary>
internal sealed class UnitActivity(ProcessIdentity process, HeldUnit unit)
{
    private long? _drmBytes;
    private bool _isDrmUnknown;
    private bool _usesCompute;
    private bool _usesGraphics;
    private KfdUse? _kfd;

    public HeldUnit Unit => unit;

    /// <summary>The part of the last period that it kept each kind of engine busy, as counters tell it.</summary>
    public EngineSums Ratios { get; } = new();

    /// <summary>KFD runs its compute programs, whose queues are in no counter.</summary>
    public bool IsOfKfd => _kfd is not null;

    /// <summary>It was read for the first time: what it does is not known yet.</summary>
    public bool IsNew => Ratios.IsEmpty;

    public void Add(HeldClient client)
    {
        _isDrmUnknown |= client.Client.DeviceMemoryBytes is null;
        _drmBytes = (_drmBytes ?? 0) + client.Client.DeviceMemoryBytes;
        foreach (var time in client.Times)
            Ratios.Add(time.Engine, time.Seconds / client.Elapsed.TotalSeconds);
        foreach (var engine in client.Client.Engines)
        {
            _usesCompute |= engine is { IsUsed: true, Engine: "compute" };
            _usesGraphics |= engine is { IsUsed: true, Engine: "graphics" or "render" };
        }
    }

    public void Add(KfdUse use)
    {
        _kfd = use;
        if (use.CopyRatio is { } copy)
            Ratios.Add("copy", copy);
    }

    /// <summary>All of it, once it is concluded.</summary>
    public GpuProcess Use { get; private set; } = new(process.Pid, unit.Id);

    public void Conclude(GpuUser user)
    {
        var drm = _isDrmUnknown ? null : _drmBytes;
        Use = new GpuProcess(process.Pid, unit.Id)
        {
            StartTime = process.StartTime,
            // Two accounts of the same memory, of which neither need be complete.
            MemoryBytes = user.IsKnownInPart ? null : Larger(drm, _kfd?.MemoryBytes),
            UtilizationRatio = Larger(Ratios.Busiest, _kfd?.ComputeRatio) is { } ratio ? Math.Min(ratio, 1) : null,
            BusySeconds = IsOfKfd ? null : user.BusySeconds(unit.Gpu.PciAddress),
            UsesCompute = _usesCompute || IsOfKfd,
            UsesGraphics = _usesGraphics,
        };
    }

    private static T? Larger<T>(T? first, T? second)
        where T : struct, IComparable<T> =>
        first is not { } one ? second : second is { } other && other.CompareTo(one) > 0 ? other : one;
}
