namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>The words of <see cref="Samples.HealthReason.Code"/>. They are labels of metrics: none is ever renamed.</summary>
public static class HealthCodes
{
    public const string Lost = "lost";
    public const string NotResponding = "not_responding";
    public const string ResetRequired = "reset_required";
    public const string Wedged = "wedged";
    public const string Firmware = "firmware";
    public const string Xid = "xid";
    public const string UncorrectedErrors = "uncorrected_errors";
    public const string RowRemap = "row_remap";
    public const string RowRemapPending = "row_remap_pending";
    public const string Temperature = "temperature";
    public const string ComputeLost = "compute_lost";
}
