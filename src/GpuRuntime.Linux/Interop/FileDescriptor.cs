using Microsoft.Win32.SafeHandles;

namespace GpuRuntime.Linux.Interop;

/// <summary>An open file descriptor, closed when disposed. Every one of ours is opened with O_CLOEXEC.</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    internal FileDescriptor(int descriptor)
        : base(true) => SetHandle(descriptor);

    internal int Number => (int)handle;

    /// <summary>The kernel's name of this descriptor, for calls that take paths only.</summary>
    internal string ProcPath => $"/proc/self/fd/{Number}";

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
