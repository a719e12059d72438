namespace GpuRuntime.Core.Vendors.Amd;

/// <summary>The head of amdgpu's <c>gpu_metrics</c> (kgd_pp_interface.h, struct metrics_table_header): size in 16 bits, format, content revision.</summary>
public static class AmdMetricsTable
{
    private const int HeaderLength = 4;

    /// <returns><see langword="null"/> without a table, or with one of a format that is not known.</returns>
    public static bool? IsIntegrated(ReadOnlySpan<byte> table) => table.Length < HeaderLength ? null : table[2] switch
    {
        1 => false,
        2 or 3 => true,
        _ => null,
    };
}
