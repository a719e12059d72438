namespace GpuRuntime.TestHosts;

/// <summary>One line of linux.uidMappings or linux.gidMappings.</summary>
public readonly record struct IdMapping(uint ContainerId, uint HostId, uint Size);
