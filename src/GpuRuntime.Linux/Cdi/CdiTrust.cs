using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Cdi;

/// <summary>
/// Whose specifications count: root's and this process's own, if nobody else may write to them. In the user namespace of a rootless engine root of the
/// host has another number: that of whoever owns the root directory.
/// </summary>
internal readonly record struct CdiTrust(uint RootUid, uint OwnUid)
{
    private const uint WritableByOthers = 0b010_010;

    public static CdiTrust OfThisProcess() => new(Libc.TryStat(Libc.AtFdCwd, "/", 0, out _)?.Uid ?? 0, Libc.EffectiveUserId());

    public bool Covers(FileStatus status) => (status.Uid == 0 || status.Uid == RootUid || status.Uid == OwnUid) && (status.Mode & WritableByOthers) == 0;
}
