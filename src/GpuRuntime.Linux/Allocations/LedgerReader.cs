using System.Collections.Immutable;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// The ledger for somebody who reads it every second: an entry is read once. Entries are never changed in place, so that one of the same file is
/// the same; and while none came or went, the directory is not even listed.
/// </summary>
public sealed class LedgerReader(string stateDirectory)
{
    private readonly StateDirectory _state = new(stateDirectory);
    private Dictionary<string, KnownFile> _files = new(StringComparer.Ordinal);
    private ImmutableArray<AllocationEntry> _entries = [];
    private FileStatus? _settled;

    /// <summary>Every entry as it stands, of containers that are gone too, ordered by time and name.</summary>
    /// <returns>The same array as the last time when nothing has changed.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.LedgerUnusable"/>, <see cref="ErrorCode.StateUnwritable"/>.</exception>
    public ImmutableArray<AllocationEntry> Read()
    {
        try
        {
            using var directory = LedgerDirectory.TryOpen(_state);
            return directory is null ? Forget() : Read(directory);
        }
        catch (LinuxException exception)
        {
            throw AllocationLedger.Unusable(stateDirectory, exception);
        }
    }

    private ImmutableArray<AllocationEntry> Read(LedgerDirectory directory)
    {
        var status = directory.Status();
        if (_settled is { } settled && settled.IsSameFile(status) && settled.ModifiedNanoseconds == status.ModifiedNanoseconds)
            return _entries;
        // A change within the same step of the kernel's clock shows in no time of modification: what was changed a moment ago is looked at again.
        var isSettled = status.IsSettled;
        var files = new Dictionary<string, KnownFile>(StringComparer.Ordinal);
        var isSame = true;
        foreach (var name in directory.Names())
        {
            if (!LedgerDirectory.MayBeEntry(name) || directory.StatusOf(name) is not { } now)
                continue;
            if (_files.TryGetValue(name, out var known) && known.Inode == now.Inode && known.ModifiedNanoseconds == now.ModifiedNanoseconds)
            {
                files[name] = known;
                continue;
            }

            isSame = false;
            files[name] = new KnownFile(now.Inode, now.ModifiedNanoseconds, directory.EntryOf(name));
        }

        if (!isSame || files.Count != _files.Count)
            _entries = [.. AllocationLedger.Ordered(files.Values.Select(file => file.Entry).OfType<AllocationEntry>())];
        _files = files;
        _settled = isSettled ? status : null;
        return _entries;
    }

    private ImmutableArray<AllocationEntry> Forget()
    {
        _files.Clear();
        _settled = null;
        return _entries = [];
    }

    /// <param name="Entry"><see langword="null"/> for what is none.</param>
    private sealed record KnownFile(ulong Inode, long ModifiedNanoseconds, AllocationEntry? Entry);
}
