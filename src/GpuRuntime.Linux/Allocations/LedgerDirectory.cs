using System.Text;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Requests;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Linux.Allocations;

/// <summary>
/// The ledger's files. <c>allocations/ID.KEY.json</c> is a container's entry; <c>allocations/holders/UNIT/</c> holds a further name of each entry
/// that holds the unit (see <see cref="HolderName"/>). These come before the entry and go after it, so that a crash in between leaves names without
/// an entry, which whoever has the lock takes away.
/// </summary>
internal sealed class LedgerDirectory : IDisposable
{
    private const string Entries = "allocations";
    private const string Units = "holders";
    private const string LockName = ".lock";
    private const string NewPrefix = ".new-";
    private const uint OwnOnly = 0b111_000_000;
    private const uint OwnersAlone = 0b110_000_000;
    private const int LargestEntry = 1 << 20;

    private readonly FileDescriptor _entries;
    private readonly FileDescriptor _units;
    private readonly string _path;

    private LedgerDirectory(FileDescriptor entries, FileDescriptor units, string path)
    {
        _entries = entries;
        _units = units;
        _path = path;
    }

    /// <summary>Makes the directories where they are missing.</summary>
    public static LedgerDirectory Open(StateDirectory state)
    {
        using var root = state.OpenRoot();
        return new LedgerDirectory(root.Directory(Entries, OwnOnly), root.Directory($"{Entries}/{Units}", OwnOnly), $"{state.Path}/{Entries}");
    }

    /// <returns><see langword="null"/> when there is no ledger yet.</returns>
    public static LedgerDirectory? TryOpen(StateDirectory state)
    {
        using var root = state.TryOpenRoot();
        if (root?.TryDirectory(Entries) is not { } entries)
            return null;
        if (root.TryDirectory($"{Entries}/{Units}") is { } units)
            return new LedgerDirectory(entries, units, $"{state.Path}/{Entries}");
        entries.Dispose();
        return null;
    }

    public void Dispose()
    {
        _entries.Dispose();
        _units.Dispose();
    }

    public FileDescriptor Lock() => LedgerLock.Take(_entries, LockName, $"{_path}/{LockName}");

    /// <summary>Changes with every entry that comes or goes.</summary>
    public FileStatus Status() => Libc.Stat(_entries);

    /// <returns><see langword="null"/> when it is gone.</returns>
    public FileStatus? StatusOf(string name) => Libc.StatOfAny(_entries.Number, name, Libc.AtSymlinkNoFollow);

    /// <summary>What lies there, entries or not.</summary>
    public List<string> Names() => Names(_entries);

    /// <inheritdoc cref="Names()"/>
    public void VisitNames(Libc.NameVisitor visit)
    {
        using var again = Libc.OpenAt(_entries.Number, ".", OpenFlags.ReadOnly | Libc.Directory, Resolve.Beneath);
        Libc.VisitNames(again, visit);
    }

    /// <summary>Every entry.</summary>
    public List<AllocationEntry> AllEntries() => [.. Names().Select(EntryOf).OfType<AllocationEntry>()];

    public static bool MayBeEntry(string name) => name.EndsWith(AllocationOwner.Extension, StringComparison.Ordinal) && name[0] != '.';

    /// <returns><see langword="null"/> for what is none. What stands under another name than its owner's, such as a copy, is none.</returns>
    public AllocationEntry? EntryOf(string name) =>
        MayBeEntry(name) && Read(name) is { } entry && AllocationOwner.Of(entry).FileName == name ? entry : null;

    /// <summary>Where the further names of an entry stand: <c>UNIT/NAME</c>.</summary>
    public static List<string> HolderPaths(AllocationEntry entry, string key) =>
        [.. entry.Units.Select(unit => $"{unit.Name}/{HolderName.Of(key, entry.Mode == SharingMode.Exclusive, unit.Memory?.LimitBytes ?? 0).Text}")];

    /// <returns><see langword="null"/> when it is gone, or is none of ours.</returns>
    public AllocationEntry? Read(string name) => Read(_entries, name);

    /// <summary>Whether a file is there, of whatever content.</summary>
    public bool Has(string name) => Libc.StatOfAny(_entries.Number, name, Libc.AtSymlinkNoFollow) is not null;

    /// <summary>The names of the entries that hold a unit.</summary>
    public List<string> HolderNames(string unit)
    {
        var names = new List<string>();
        VisitHolders(unit, name => names.Add(Encoding.UTF8.GetString(name)));
        return names;
    }

    /// <inheritdoc cref="HolderNames"/>
    public void VisitHolders(string unit, Libc.NameVisitor visit)
    {
        using var directory = Libc.TryOpenAt(_units.Number, unit, OpenFlags.ReadOnly | Libc.Directory | Libc.NoFollow, Resolve.Beneath, out var errno);
        if (directory is not null)
            Libc.VisitNames(directory, visit);
        else if (errno is not (Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks))
            throw LinuxException.Of("open", $"{_path}/{Units}/{unit}", errno);
    }

    public List<string> UnitNames() => Names(_units);

    /// <summary>The entry that a unit's holder stands for.</summary>
    public AllocationEntry? ReadHolder(string unit, string name) => Read(_units, $"{unit}/{name}");

    public void RemoveHolder(string unit, string name) => Remove(_units, $"{unit}/{name}");

    /// <summary>Writes an entry in the place of an earlier one of its owner's.</summary>
    public void Write(AllocationOwner owner, AllocationEntry entry)
    {
        var names = HolderPaths(entry, owner.Key);
        var temporary = Libc.UnguessableName(NewPrefix);
        var made = new List<string>();
        try
        {
            using (var file = Libc.OpenAt(_entries.Number, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | Libc.NoFollow, Resolve.Beneath, OwnersAlone))
                Libc.WriteAll(file, AllocationJson.Format(entry), $"{_path}/{temporary}");
            foreach (var name in names)
            {
                if (Libc.TryMakeDirectory(_units.Number, name[..name.IndexOf('/', StringComparison.Ordinal)], OwnOnly) is not (Errno.None or Errno.Exists) and var errno)
                    throw LinuxException.Of("mkdir", $"{_path}/{Units}/{name}", errno);
                _ = Libc.TryUnlink(_units, name);
                Libc.Link(_entries, temporary, _units, name);
                made.Add(name);
            }

            Libc.Rename(_entries, temporary, _entries, owner.FileName);
        }
        catch
        {
            foreach (var name in made)
                _ = Libc.TryUnlink(_units, name);
            _ = Libc.TryUnlink(_entries, temporary);
            throw;
        }
    }

    /// <summary>Takes an entry away, and the holders that it stands behind.</summary>
    public void Remove(AllocationOwner owner)
    {
        RemoveEntry(owner);
        foreach (var unit in UnitNames())
        {
            foreach (var name in HolderNames(unit))
            {
                if (name.StartsWith(owner.Key, StringComparison.Ordinal))
                    RemoveHolder(unit, name);
            }
        }
    }

    /// <summary>Names of what is neither an entry nor anything else of ours.</summary>
    public IEnumerable<string> ForeignNames() =>
        Names().Where(name => name is not (Units or LockName) && !name.StartsWith(NewPrefix, StringComparison.Ordinal) && EntryOf(name) is null && Has(name));

    /// <summary>Takes an entry away and leaves its further names, which then stand for nobody.</summary>
    public void RemoveEntry(AllocationOwner owner) => Remove(_entries, owner.FileName);

    /// <summary>What a writer that was killed has left. With the lock held only: else it may be one that goes on.</summary>
    public void RemoveUnfinished()
    {
        foreach (var name in Names(_entries))
        {
            if (name.StartsWith(NewPrefix, StringComparison.Ordinal))
                Remove(_entries, name);
        }
    }

    private void Remove(FileDescriptor directory, string name)
    {
        // A directory is none of ours.
        if (Libc.TryUnlink(directory, name) is not (Errno.None or Errno.NoEntry or Errno.IsDirectory) and var errno)
            throw LinuxException.Of("unlink", $"{_path}/{name}", errno);
    }

    // The descriptors stay open over several listings: each has to begin anew.
    private static List<string> Names(FileDescriptor directory)
    {
        using var again = Libc.OpenAt(directory.Number, ".", OpenFlags.ReadOnly | Libc.Directory, Resolve.Beneath);
        return Libc.Names(again);
    }

    private static AllocationEntry? Read(FileDescriptor directory, string name)
    {
        using var file = Libc.TryOpenAt(directory.Number, name, OpenFlags.ReadOnly | OpenFlags.NonBlock | Libc.NoFollow, Resolve.Beneath, out var errno);
        if (file is null)
            return errno is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks or Errno.NoDeviceOrAddress ? null : throw LinuxException.Of("open", name, errno);
        if (Libc.Stat(file).Type != FileType.Regular)
            return null;
        if (FileContent.ReadAll(file, LargestEntry, out var tooLarge) is { } content)
            return AllocationJson.Parse(content);
        return tooLarge ? null : throw LinuxException.Last("read", name);
    }
}
