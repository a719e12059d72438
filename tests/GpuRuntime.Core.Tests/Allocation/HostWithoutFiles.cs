using System.Collections.Immutable;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Allocation;

/// <summary>A host of which no file tells anything: what is known of its GPUs is what a test says.</summary>
internal sealed class HostWithoutFiles : IHostRoot
{
    public string Locate(HostTree tree, string path) => path;

    public string? ReadText(HostTree tree, string path) => null;

    public byte[]? ReadBytes(HostTree tree, string path) => null;

    public ImmutableArray<string> List(HostTree tree, string path) => [];

    public string? ReadLink(HostTree tree, string path) => null;

    public HostNode? Node(string devPath) => null;

    public DriverFile? Find(string path) => null;

    public LibraryFile? FindLibrary(string path) => null;

    public ImmutableArray<LoaderCacheEntry> LoaderCache(ImmutableArray<string> beginnings = default) => [];
}
