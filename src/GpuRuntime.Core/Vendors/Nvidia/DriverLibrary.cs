using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>A library of the driver that was found.</summary>
/// <param name="BaseName">The name before <c>.so</c>, such as <c>libcuda</c>.</param>
/// <param name="Soname">What programs ask the loader for.</param>
/// <param name="Needed">What it asks the loader for in turn.</param>
public sealed record DriverLibrary(string BaseName, DriverFile File, LibraryArchitecture Architecture, string Soname, ImmutableArray<string> Needed);
