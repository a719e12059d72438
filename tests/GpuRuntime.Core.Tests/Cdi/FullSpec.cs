using System.Collections.Immutable;
using GpuRuntime.Core.Cdi;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>A specification that uses every field that CDI has.</summary>
internal static class FullSpec
{
    public static CdiSpec Spec { get; } = new(CdiVersion.NetDevices, "example.com/gpu.full")
    {
        Annotations = Texts("example.com/made-by", "the tests"),
        Devices =
        [
            new CdiDevice("0", new CdiEdits
            {
                DeviceNodes =
                [
                    new CdiDeviceNode("/dev/dri/renderD128") { HostPath = "/dev/dri/renderD129", Type = "c", Major = 226, Minor = 129, FileMode = 432, Permissions = "rw", Uid = 0, Gid = 44 },
                    new CdiDeviceNode("/dev/kfd"),
                ],
                AdditionalGids = [44, 105],
            })
            {
                Annotations = Texts("pci", "0000:03:00.0"),
            },
            new CdiDevice("0:1", new CdiEdits { Environment = ["EXAMPLE_DEVICE=yes"], NetDevices = [new CdiNetDevice("ib0", "eth1")] }),
            new CdiDevice("all", new CdiEdits { DeviceNodes = [new CdiDeviceNode("/dev/zero") { Type = "c", Major = 1, Minor = 5 }] }),
        ],
        Edits = new CdiEdits
        {
            Environment = ["EXAMPLE_DEVICES=void", "EMPTY=", "SPACED=a b: c #d"],
            Mounts =
            [
                new CdiMount("/usr/lib/x86_64-linux-gnu/libexample.so.1.2", "/usr/lib/x86_64-linux-gnu/libexample.so.1.2") { Type = "bind", Options = ["ro", "nosuid", "nodev", "rbind", "rprivate"] },
                new CdiMount("tmpfs", "/run/example") { Type = "tmpfs", Options = ["size=64k", "mode=0755"] },
            ],
            Hooks = [new CdiHook("createRuntime", "/usr/bin/example-hook") { Args = ["example-hook", "--container", "0x10"], Environment = ["HOOK=1"], Timeout = 10 }],
            IntelRdt = new CdiIntelRdt { ClosId = "gpu", L3CacheSchema = "L3:0=ff", MemBwSchema = "MB:0=70", Schemata = ["L2:0=f"], EnableCmt = true, EnableMbm = false, EnableMonitoring = true },
            AdditionalGids = [0],
        },
    };

    private static ImmutableSortedDictionary<string, string> Texts(string key, string value) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(key, value);
}
