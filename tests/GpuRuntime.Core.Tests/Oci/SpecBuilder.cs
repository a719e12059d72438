using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>A small config.json, some edits, and what becomes of the one by the other.</summary>
internal static class SpecBuilder
{
    public const string Plain = """
        {
            "ociVersion": "1.0.2-dev",
            "process": {
                "user": { "uid": 0, "gid": 0 },
                "args": [ "sh" ],
                "env": [ "PATH=/bin" ],
                "capabilities": { "bounding": [ "CAP_KILL", "CAP_MKNOD" ] }
            },
            "root": { "path": "rootfs" },
            "mounts": [ { "destination": "/proc", "type": "proc", "source": "proc" } ],
            "linux": {
                "resources": { "devices": [ { "allow": false, "access": "rwm" } ] },
                "namespaces": [ { "type": "pid" }, { "type": "mount" } ]
            }
        }
        """;

    public static readonly DeviceNode GpuNode = new("/dev/nvidia3", "/host/dev/nvidia3", 195, 3, Octal("666"), 0, 0);
    public static readonly DeviceNode RenderNode = new("/dev/dri/renderD132", "/host/dev/dri/renderD132", 226, 132, Octal("660"), 0, 110);
    public static readonly OciEditOptions Options = new(false, "/usr/bin/gpu-runtime", "/bundle/rootfs");

    public static ContainerEdits Edits { get; } = new()
    {
        DeviceNodes = [GpuNode, RenderNode],
        Mounts =
        [
            new ContainerMount("/driver/usr/lib/libcuda.so.1.2", "/usr/lib/libcuda.so.1.2", ContainerMount.ReadOnly),
            new ContainerMount("/driver/run/socket", "/run/socket", ContainerMount.Socket),
        ],
        AdditionalGids = [110],
        ProcFileMasks = [new ProcFileMask("mask-nvidia-params", "/proc/driver/nvidia/params", "driver/nvidia/params", "CAP_MKNOD")],
    };

    public static string Applied(string spec, ContainerEdits? edits = null, OciEditOptions? options = null) =>
        Encoding.UTF8.GetString(OciEditor.Apply(Parsed(spec), edits ?? Edits, options ?? Options));

    public static JsonNode Edited(string spec, ContainerEdits? edits = null, OciEditOptions? options = null) => JsonNode.Parse(Applied(spec, edits, options))!;

    public static OciSpec Parsed(string spec) => OciSpec.Parse(Encoding.UTF8.GetBytes(spec), "/bundle/config.json");

    public static ImmutableArray<string> Texts(this JsonNode? array) => [.. array!.AsArray().Select(item => item!.GetValue<string>())];

    public static uint Octal(string digits) => Convert.ToUInt32(digits, 8);
}
