using System.Text.Json;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring.Attribution;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>A bundle's config.json: read as the shim does, edited, and read again.</summary>
internal static class OciConfigTarget
{
    private const string Name = "/run/bundle/config.json";

    private static readonly OciEditOptions[] Ways =
        [new OciEditOptions(BindNodes: false, "/usr/bin/gpu-runtime", "/run/bundle/rootfs"), new OciEditOptions(BindNodes: true, "/usr/bin/gpu-runtime", "/run/bundle/rootfs")];

    public static void Run(ReadOnlySpan<byte> input)
    {
        var text = input.ToArray();
        // The agent looks at bundles that nobody has checked.
        _ = BundleNames.Of("c", "/run/bundle", text);
        _ = BundleNames.DockerDirectory("c", text);
        _ = BundleNames.DockerName(text);
        var spec = OciSpec.Parse(text, Name);
        foreach (var way in Ways)
            Edit(spec, way);
        Ask(spec);
        _ = RequestReader.Read(spec.Facts(), RuntimeConfiguration.Default, out _);
        _ = spec.RootPathIn("/run/bundle");
    }

    private static void Edit(OciSpec spec, OciEditOptions options)
    {
        var edited = OciEditor.Apply(spec, SampleEdits.All, options);
        using (JsonDocument.Parse(edited, new JsonDocumentOptions { MaxDepth = JsonTree.DeepestNesting + 8 }))
        {
        }

        var again = OciSpec.Parse(edited, Name);
        SurvivingMembers.Compare(spec.Tree, again.Tree);
        Broken.Unless(OciEditor.Apply(again, SampleEdits.All, options).AsSpan().SequenceEqual(edited), "the same edits a second time change nothing");
    }

    private static void Ask(OciSpec spec)
    {
        _ = (spec.ProcessUid, spec.ProcessGids, spec.MountLabel, spec.RootUid, spec.RootGid, spec.AllowsEveryDevice, spec.CgroupsPath, spec.HasMemoryLimit, spec.NodePaths());
        foreach (var gid in (uint[])[0, 44, 65534, uint.MaxValue])
            _ = spec.GidInContainer(gid);
        _ = spec.Mounts("tmpfs", "/run");
        foreach (var isSystemd in (bool[])[false, true])
            _ = CgroupsPath.Resolve(spec.CgroupsPath, "c", isSystemd);
    }
}
