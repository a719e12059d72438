namespace GpuRuntime.Agent.Nvml;

/// <summary>What an NVML call returns (nvmlReturn_t), as far as code decides by it; others are numbers that the library has words for.</summary>
internal enum NvmlStatus
{
    Success = 0,
    Uninitialized = 1,
    InvalidArgument = 2,
    NotSupported = 3,
    NoPermission = 4,
    NotFound = 6,
    InsufficientSize = 7,
    DriverNotLoaded = 9,
    Timeout = 10,
    LibraryNotFound = 12,

    /// <summary>Also for a function that the loaded library does not have.</summary>
    FunctionNotFound = 13,
    GpuIsLost = 15,
    ResetRequired = 16,
    LibraryVersionMismatch = 18,
    NoData = 21,
    ArgumentVersionMismatch = 25,
    Deprecated = 26,
    Unknown = 999,
}
