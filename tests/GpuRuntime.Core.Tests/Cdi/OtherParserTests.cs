using System.Diagnostics;
using FsCheck.Fluent;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>PyYAML, which reads YAML 1.1 to the letter, sees in our YAML what our JSON says.</summary>
public sealed class OtherParserTests
{
    // Debian's package is for Debian's interpreter.
    private static readonly string Python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    private const string Compare = """
        import json, sys, yaml
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for n in range(int(sys.argv[2])):
            with open(f"{sys.argv[1]}/{n}.yaml", encoding="utf-8", newline="") as y, open(f"{sys.argv[1]}/{n}.json", encoding="utf-8", newline="") as j:
                if yaml.load(y, loader) != json.load(j):
                    sys.exit(f"{n} differs")
        """;

    [Test]
    public void Another_parser_reads_the_YAML_as_the_JSON()
    {
        if (!Runs("import yaml"))
            Assert.Ignore("python3 with PyYAML (python3-yaml) is not installed");
        using var directory = new TemporaryDirectory();
        CdiSpec[] specs = [FullSpec.Spec, .. SpecGenerator.Specs.Sample(80)];
        for (var i = 0; i < specs.Length; i++)
        {
            File.WriteAllBytes(directory.Combine($"{i}.yaml"), CdiWriter.Write(specs[i], CdiFormat.Yaml));
            File.WriteAllBytes(directory.Combine($"{i}.json"), CdiWriter.Write(specs[i], CdiFormat.Json));
        }

        Assert.That(Runs(Compare, directory.Path, $"{specs.Length}"));
    }

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo(Python, ["-c", program, .. arguments]) { RedirectStandardError = true })!;
            var error = python.StandardError.ReadToEnd();
            python.WaitForExit();
            if (python.ExitCode != 0)
                TestContext.Out.WriteLine(error);
            return python.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
