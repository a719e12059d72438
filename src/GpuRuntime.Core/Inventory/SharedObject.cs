using System.Collections.Immutable;

namespace GpuRuntime.Core.Inventory;

/// <summary>What an ELF shared object says of itself.</summary>
/// <param name="Soname">DT_SONAME; <see langword="null"/> when it has none.</param>
/// <param name="Needed">DT_NEEDED, in order.</param>
public sealed record SharedObject(LibraryArchitecture Architecture, string? Soname, ImmutableArray<string> Needed);
