namespace GpuRuntime.Core.Inventory;

/// <summary>A shared object of the driver root.</summary>
public sealed record LibraryFile(DriverFile File, SharedObject Header);
