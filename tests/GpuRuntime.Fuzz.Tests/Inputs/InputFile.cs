using GpuRuntime.Linux.Interop;
using Microsoft.Win32.SafeHandles;

namespace GpuRuntime.Fuzz.Tests.Inputs;

/// <summary>A file without a name that holds one input after the other, for readers that go by a descriptor.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _writer;

    public InputFile()
    {
        // Memory, where there is such a directory: it is written for every run.
        var directory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _path = Path.Combine(directory, $"gpu-runtime-fuzz-{Path.GetRandomFileName()}");
        _writer = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        Reader = Libc.OpenAt(Libc.AtFdCwd, _path, OpenFlags.ReadOnly, Resolve.None);
        File.Delete(_path);
    }

    public FileDescriptor Reader { get; }

    public FileDescriptor Hold(ReadOnlySpan<byte> input)
    {
        RandomAccess.SetLength(_writer, 0);
        RandomAccess.Write(_writer, input, 0);
        return Reader;
    }

    public void Dispose()
    {
        Reader.Dispose();
        _writer.Dispose();
    }
}
