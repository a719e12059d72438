namespace GpuRuntime.EndToEnd.Tests.CdiCommands;

/// <summary>gpu-runtime cdi validate: ok, or every problem with its line.</summary>
public sealed class CdiValidateRows
{
    [Test]
    public async Task A_valid_file_is_said_to_be_one()
    {
        await using var host = new CdiHost();
        var yaml = CdiHost.Write(host.Static, "a.yaml", CdiHost.Yaml("0", "1"));
        var json = CdiHost.Write(host.Static, "b.json", """{"cdiVersion":"1.1.0","kind":"example.com/nic","devices":[{"name":"x","containerEdits":{"netDevices":[{"hostInterfaceName":"ib0","name":"eth1"}]}}]}""");

        var result = await host.GpuRuntime("cdi", "validate", yaml, json).RunAsync();

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((0, $"{yaml}: ok (2 devices of example.com/gpu, cdiVersion 0.5.0)\n{json}: ok (1 device of example.com/nic, cdiVersion 1.1.0)\n")), result.ToString());
    }

    [Test]
    public async Task Every_problem_of_every_file_is_told_with_its_line()
    {
        await using var host = new CdiHost();
        var good = CdiHost.Write(host.Static, "good.yaml", CdiHost.Yaml("0"));
        var bad = CdiHost.Write(host.Static, "bad.yaml", """
            cdiVersion: 0.5.0
            kind: example.com/gpu
            annotations: {a: b}
            devices:
            - name: 0
              containerEdits:
                deviceNodes:
                - path: dev/zero
                  fileMode: 0666
                  typ: c
            """);
        var anchored = CdiHost.Write(host.Static, "anchored.yaml", "%TAG !e! tag:example.com,2000:\n---\na: &anchor [b]\n");

        var result = await host.GpuRuntime("cdi", "validate", good, bad, anchored, "/nonexistent.yaml", "/dev/zero", "x.yml").RunAsync();

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(result.Output.TrimEnd('\n').Split('\n'), Is.EqualTo((string[])
        [
            $"{good}: ok (1 device of example.com/gpu, cdiVersion 0.5.0)",
            $"{bad}: 4 problems",
            "  line 3: annotations cannot be said before version 0.6.0 of CDI (annotations), and cdiVersion is 0.5.0",
            "  line 5: devices[0].name must be a text, not the number 0: put it in quotes",
            "  line 8: devices[0].containerEdits.deviceNodes[0].path must be an absolute path, not \"dev/zero\"",
            "  line 10: devices[0].containerEdits.deviceNodes[0].typ is no field of CDI's",
            $"{anchored}: GRT5001: The CDI specification {anchored}, line 3, has an anchor (&name), which specifications must not have.",
            "/nonexistent.yaml: GRT5002: The CDI specification /nonexistent.yaml cannot be opened (open /nonexistent.yaml: no such file or directory (ENOENT)).",
            "/dev/zero: GRT5002: The CDI specification /dev/zero is not a regular file.",
            "x.yml: GRT5002: The CDI specification x.yml cannot be opened (open x.yml: no such file or directory (ENOENT)).",
        ]));
    }

    [TestCase("cdi")]
    [TestCase("cdi", "validate")]
    [TestCase("cdi", "list", "--format", "xml")]
    [TestCase("cdi", "nonsense")]
    public async Task What_is_no_command_is_told_with_the_ones_that_there_are(params string[] arguments)
    {
        await using var host = new CdiHost();

        var result = await host.GpuRuntime(arguments).RunAsync();

        Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
        Assert.That(result.Output, Does.Contain("Usage:"));
    }
}
