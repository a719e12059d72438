using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;

namespace GpuRuntime.Linux.Cdi;

/// <summary>One reading of the specification directories.</summary>
internal sealed class CdiLoading(ImmutableArray<CdiName>? names)
{
    private readonly ImmutableArray<CdiFile>.Builder _files = ImmutableArray.CreateBuilder<CdiFile>();
    private readonly ImmutableArray<CdiIgnored>.Builder _ignored = ImmutableArray.CreateBuilder<CdiIgnored>();
    private readonly ImmutableArray<byte[]>? _vendors = names is { } wanted ? [.. wanted.Select(name => Encoding.UTF8.GetBytes(name.Vendor))] : null;

    private readonly CdiTrust _trust = CdiTrust.OfThisProcess();

    public CdiFileSet Result => new(_files.ToImmutable(), _ignored.ToImmutable());

    public void Add(string path, int priority)
    {
        using var directory = Libc.TryOpenAt(Libc.AtFdCwd, path, OpenFlags.ReadOnly | Libc.Directory, Resolve.None, out var errno);
        if (directory is null)
        {
            if (errno != Errno.NoEntry)
                Ignore(path, $"the CDI directory cannot be opened: {LinuxException.Of("open", path, errno).Message}");
            return;
        }

        if (!_trust.Covers(Libc.Stat(directory)))
        {
            Ignore(path, $"the CDI directory {path} is not root's alone: chown root it, and chmod go-w");
            return;
        }

        var entries = Libc.Names(directory);
        entries.Sort(StringComparer.Ordinal);
        foreach (var name in entries)
        {
            if (CdiReader.IsSpecificationName(name))
                Add(directory, $"{path.TrimEnd('/')}/{name}", name, priority);
        }
    }

    private void Add(FileDescriptor directory, string path, string name, int priority)
    {
        try
        {
            var content = CdiFiles.ReadTrusted(directory, name, path, _trust);
            if (MayDefine(content))
                _files.Add(new CdiFile(path, priority, CdiReader.Read(content, path)));
        }
        catch (GpuRuntimeException exception)
        {
            Ignore(path, exception.Message);
        }
    }

    // With an escape in it, JSON and YAML can spell a name otherwise.
    private bool MayDefine(ReadOnlySpan<byte> content)
    {
        if (_vendors is not { } vendors || content.Contains((byte)'\\'))
            return true;
        foreach (var vendor in vendors)
        {
            if (content.IndexOf(vendor) >= 0)
                return true;
        }

        return false;
    }

    private void Ignore(string path, string reason) => _ignored.Add(new CdiIgnored(path, PrintableText.Of(reason)));
}
