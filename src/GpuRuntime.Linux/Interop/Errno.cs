namespace GpuRuntime.Linux.Interop;

/// <summary>Error numbers that code decides by (asm-generic/errno-base.h, errno.h).</summary>
public enum Errno
{
    None = 0,
    NotPermitted = 1,
    NoEntry = 2,
    NoProcess = 3,
    Interrupted = 4,
    NoDeviceOrAddress = 6,
    NoExec = 8,
    TryAgain = 11,
    AccessDenied = 13,
    Busy = 16,
    Exists = 17,
    CrossDevice = 18,
    NoDevice = 19,
    NotDirectory = 20,
    IsDirectory = 21,
    Invalid = 22,
    TooManyFilesOfSystem = 23,
    TooManyFiles = 24,
    FileTooLarge = 27,
    NoSpace = 28,
    ReadOnlyFileSystem = 30,
    BrokenPipe = 32,
    NameTooLong = 36,
    NoSystemCall = 38,
    NotEmpty = 39,
    TooManyLinks = 40,
    NotSupported = 95,
}
