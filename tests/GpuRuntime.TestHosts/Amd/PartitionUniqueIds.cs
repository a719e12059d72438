namespace GpuRuntime.TestHosts;

/// <summary>What KFD says is the unique_id of a partition.</summary>
public enum PartitionUniqueIds
{
    /// <summary>Older kernels: that of the GPU, for all of its partitions.</summary>
    Shared,

    /// <summary>Newer kernels: one for each partition. Here the GPU's plus the partition's index.</summary>
    Distinct,
}
