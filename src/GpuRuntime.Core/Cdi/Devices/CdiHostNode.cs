namespace GpuRuntime.Core.Cdi.Devices;

/// <summary>A device node or FIFO of the host's, as a specification that names no numbers means it.</summary>
/// <param name="Type"><c>c</c>, <c>b</c> or <c>p</c>.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record CdiHostNode(char Type, uint Major, uint Minor, uint Mode, uint Uid, uint Gid);
