namespace GpuRuntime.Core.Inventory;

/// <summary>One line of what <c>ldconfig -p</c> prints.</summary>
/// <param name="Name">The key that the loader looks up, mostly a SONAME.</param>
/// <param name="Path">Where the library lies.</param>
public sealed record LoaderCacheEntry(string Name, string Path, LibraryArchitecture Architecture);
