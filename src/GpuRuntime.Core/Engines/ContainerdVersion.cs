using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Engines;

/// <summary>What containerd's settings for Kubernetes are called in a version of its configuration file.</summary>
/// <param name="Number">The version that a file of ours has.</param>
/// <param name="Cri">The tables that hold them.</param>
internal sealed record ContainerdVersion(int Number, ImmutableArray<ImmutableArray<string>> Cri)
{
    private static readonly ImmutableArray<string> Cri3 = ["plugins", "io.containerd.cri.v1.runtime"];

    /// <summary>containerd 2 alone reads this version, and it merges imported files key by key.</summary>
    public bool MergesImports => Number >= 3;

    /// <summary>The version that a file says it has; the one that a file without settings gets.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.EngineConfigurationInvalid"/>: a version that is unknown here.</exception>
    public static ContainerdVersion Of(TomlDocument document, string name)
    {
        const int readByAll = 2;
        var number = document.Find("version") is { } entry ? entry.Number : document.IsEmpty ? readByAll : 1;
        return number switch
        {
            // containerd 2 reads a file without a version too, but finds nothing for Kubernetes under the name of version 1: hence both names.
            1 => new ContainerdVersion(1, [["plugins", "cri"], Cri3]),
            2 => new ContainerdVersion(2, [["plugins", "io.containerd.grpc.v1.cri"]]),
            // Version 4 moves the daemon's own settings; a file that it imports may have a lower one, and is converted.
            3 or 4 => new ContainerdVersion(3, [Cri3]),
            _ => throw new GpuRuntimeException(
                ErrorCode.EngineConfigurationInvalid, $"{name}: version is none of 1 to 4, which are those of containerd 1.x and 2.x; the file stays as it is."),
        };
    }
}
