namespace GpuRuntime.Agent.Nvml;

/// <summary>A call that gives one number of a device.</summary>
internal sealed unsafe class NvmlNumber(nint library, string name)
{
    private readonly delegate* unmanaged<nint, uint*, NvmlStatus> _function = (delegate* unmanaged<nint, uint*, NvmlStatus>)NvmlFunctions.Find(library, name);

    public string Name => name;

    public NvmlStatus Read(nint device, out uint value)
    {
        uint read = 0;
        var status = _function == null ? NvmlStatus.FunctionNotFound : _function(device, &read);
        value = read;
        return status;
    }
}

/// <summary>A call that gives one number of an item of a device: a sensor, a clock, a fan.</summary>
internal sealed unsafe class NvmlItemNumber(nint library, string name)
{
    private readonly delegate* unmanaged<nint, uint, uint*, NvmlStatus> _function = (delegate* unmanaged<nint, uint, uint*, NvmlStatus>)NvmlFunctions.Find(library, name);

    public string Name => name;

    public NvmlStatus Read(nint device, uint item, out uint value)
    {
        uint read = 0;
        var status = _function == null ? NvmlStatus.FunctionNotFound : _function(device, item, &read);
        value = read;
        return status;
    }
}

/// <summary>A call that gives how busy a kind of engine was, in percent.</summary>
internal sealed unsafe class NvmlEngine(nint library, string name)
{
    private readonly delegate* unmanaged<nint, uint*, uint*, NvmlStatus> _function = (delegate* unmanaged<nint, uint*, uint*, NvmlStatus>)NvmlFunctions.Find(library, name);

    public string Name => name;

    public NvmlStatus Read(nint device, out uint percent)
    {
        uint read = 0, period = 0;
        var status = _function == null ? NvmlStatus.FunctionNotFound : _function(device, &read, &period);
        percent = read;
        return status;
    }
}
