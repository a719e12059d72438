using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Devices;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Oci;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>CDI specifications in either format: read, written in both, read again, joined with another, and put into a container.</summary>
internal static class CdiTargets
{
    public static void RunJson(ReadOnlySpan<byte> input) => Run(input, "/etc/cdi/a.json");

    public static void RunYaml(ReadOnlySpan<byte> input) => Run(input, "/etc/cdi/a.yaml");

    private static void Run(ReadOnlySpan<byte> input, string name)
    {
        var content = input.ToArray();
        var problems = CdiReader.Check(content, name, out _);
        Broken.Unless(problems.All(problem => problem.Line > 0), "a problem tells its line");
        var spec = CdiReader.Read(content, name);
        var (json, yaml) = (CdiWriter.Write(spec, CdiFormat.Json), CdiWriter.Write(spec, CdiFormat.Yaml));
        foreach (var again in (CdiSpec[])[CdiReader.Read(json, "b.json"), CdiReader.Read(yaml, "b.yaml")])
        {
            Broken.Unless(CdiWriter.Write(again, CdiFormat.Json).AsSpan().SequenceEqual(json), "what was written and read is written as JSON the same");
            Broken.Unless(CdiWriter.Write(again, CdiFormat.Yaml).AsSpan().SequenceEqual(yaml), "what was written and read is written as YAML the same");
        }

        Inject(spec, name);
    }

    private static void Inject(CdiSpec spec, string name)
    {
        var registry = new CdiRegistry(new CdiFileSet([new CdiFile("/etc/cdi/0.yaml", 0, spec), new CdiFile(name, 1, spec)], []));
        Broken.Unless(registry.Devices.All(device => device.File.Path == name), "the later directory decides");
        // Some of what a specification may say we do not apply.
        _ = ReaderContract.IsTaken(() =>
        {
            var edits = CdiInjection.Edits(registry.Devices, _ => new CdiHostNode('c', 226, 128, 0x1b0, 0, 44), (1000, 1000));
            var bundle = OciSpec.Parse("{}"u8.ToArray(), "config.json");
            _ = OciSpec.Parse(OciEditor.Apply(bundle, edits, new OciEditOptions(BindNodes: false, "/usr/bin/gpu-runtime", "/rootfs")), "config.json");
        });
    }
}
