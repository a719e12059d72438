using System.Collections.Immutable;

namespace GpuRuntime.Core.Engines;

/// <summary>A table of a TOML file that has a header of its own, or the file's beginning in front of all headers.</summary>
/// <param name="HeaderStart">Where the header begins, 0 for the file's beginning.</param>
/// <param name="End">Where the next entry belongs: behind the line of the last entry, or else of the header.</param>
internal sealed record TomlTable(ImmutableArray<string> Path, int HeaderStart, int End, ImmutableArray<TomlEntry> Entries);
