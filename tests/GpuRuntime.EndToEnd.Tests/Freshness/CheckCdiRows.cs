using System.Collections.Immutable;
using System.Text.Json.Nodes;
using GpuRuntime.EndToEnd.Tests.Rows;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Freshness;

/// <summary>gpu-runtime check on CDI specifications: fresh, stale, of others, and those that count for nothing.</summary>
public sealed class CheckCdiRows
{
    private const string Foreign = """
        cdiVersion: 0.5.0
        kind: nvidia.com/gpu
        devices:
        - name: of-another
          containerEdits:
            deviceNodes:
            - path: /dev/null
        containerEdits:
          mounts:
          - hostPath: PATH
            containerPath: /usr/lib/libcuda.so.1

        """;

    private AdminScene _scene = null!;

    [SetUp]
    public void CreateScene()
    {
        _scene = AdminScene.Create(new SimulatedNvidiaHostOptions { GpuCount = 2 });
        Directory.CreateDirectory(Etc);
        Directory.CreateDirectory(Run);
    }

    [TearDown]
    public async Task RemoveSceneAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task Without_any_specification_there_is_no_line() => Assert.That(await CheckAsync(), Is.Empty);

    [TestCase]
    [TestCase("--format", "json")]
    [TestCase("--cdi-version", "0.6.0")]
    [TestCase("--cdi-version", "0.5.0", "--format", "json")]
    [TestCase("--cdi-version", "1.0.0")]
    public async Task Ours_is_well_in_whichever_format_and_version_it_was_written(params string[] options)
    {
        await GenerateAsync(options);

        var finding = (await CheckAsync()).Single();

        Assert.That(finding.Cure, Is.Null, finding.ToString());
        Assert.That(finding.What, Does.StartWith($"{Run}/gpu-runtime-nvidia.").And.Contain($"nvidia.com/gpu with 0, 1, {_scene.Host.Gpus[0].Uuid}"));
    }

    [Test]
    public async Task Ours_is_stale_with_another_driver_and_cured_by_a_refresh()
    {
        await GenerateAsync();
        await ReplaceDriverAsync("555.58.02");

        var finding = (await CheckAsync()).Single();

        Assert.That(finding.What, Does.StartWith($"{Run}/gpu-runtime-nvidia.yaml is stale: ").And.Contain("libcuda.so.555.58.02").And.Contain($"libcuda.so.{_scene.Host.DriverVersion}"));
        Assert.That(finding.Cure, Does.StartWith("gpu-runtime cdi refresh").And.Contain("systemctl enable --now"));
        foreach (var unit in Packaged.Units)
            Assert.That(finding.Cure, Does.Contain(unit));

        (await GpuRuntimeAsync("cdi", "refresh")).EnsureSuccess();
        Assert.That((await CheckAsync()).Single().Cure, Is.Null);
    }

    [Test]
    public async Task Ours_is_stale_when_a_GPU_is_gone_and_names_it()
    {
        await GenerateAsync();
        var gone = _scene.Host.Gpus[1];
        Directory.Delete(Path.Combine(_scene.Host.ProcRoot, "driver/nvidia/gpus", gone.PciAddress), recursive: true);

        var finding = (await CheckAsync()).Single();

        Assert.That(finding.What, Does.Contain("is stale: this host no longer has 1, ").And.Contain(gone.Uuid).And.Contain(gone.PciAddress));
        Assert.That(finding.Cure, Is.Not.Null);
    }

    [Test]
    public async Task Ours_is_stale_when_no_GPU_is_left()
    {
        await GenerateAsync();
        Directory.Delete(Path.Combine(_scene.Host.ProcRoot, "driver"), recursive: true);

        Assert.That((await CheckAsync()).Single().What, Does.EndWith("is stale: this host has no GPU of nvidia.com/gpu now"));
    }

    [Test]
    public async Task Ours_is_stale_when_the_configuration_asks_for_an_older_version()
    {
        await GenerateAsync();

        var finding = (await CheckAsync(version: "0.5.0")).Single();

        Assert.That(finding.What, Does.Contain("is stale: it is of version 0.7.0 of CDI, and cdi.version of the configuration is 0.5.0"));
    }

    [Test]
    public async Task Ours_in_a_directory_that_the_units_do_not_serve_has_a_cure_of_its_own()
    {
        await GenerateAsync("--output", Etc);
        await ReplaceDriverAsync("555.58.02");

        Assert.That((await CheckAsync()).Single().Cure, Is.EqualTo($"gpu-runtime cdi refresh --output {Etc}, or remove it"));
    }

    [Test]
    public async Task Another_programs_is_well_while_all_that_it_names_is_there()
    {
        var path = await WriteAsync(Etc, "nvidia.yaml", Foreign.Replace("PATH", "/bin/sh", StringComparison.Ordinal));

        Assert.That((await CheckAsync()).Single().ToString(), Is.EqualTo($"cdi: {path}, written by another program, defines nvidia.com/gpu with of-another; all that it names is there"));
    }

    [Test]
    public async Task Another_programs_is_stale_when_it_names_files_that_are_gone()
    {
        var path = await WriteAsync(Etc, "nvidia.yaml", Foreign.Replace("PATH", "/usr/lib/libcuda.so.470.82.01", StringComparison.Ordinal));

        var finding = (await CheckAsync()).Single();

        Assert.That(finding.What, Does.StartWith($"{path}, written by another program, is stale: /usr/lib/libcuda.so.470.82.01 is not there"));
        Assert.That(finding.Cure, Does.Contain("gpu-runtime cdi generate"));
    }

    [Test]
    public async Task Files_that_count_for_nothing_are_problems_with_their_reasons()
    {
        var open = await WriteAsync(Etc, "open.yaml", Foreign.Replace("PATH", "/bin/sh", StringComparison.Ordinal));
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        var invalid = await WriteAsync(Etc, "invalid.yaml", "cdiVersion: 0.5.0\nkind: nonsense\n");

        var findings = await CheckAsync();

        Assert.That(findings, Has.Length.EqualTo(2));
        Assert.That(findings.Select(static finding => finding.Cure), Has.All.Not.Null);
        Assert.That(findings.Single(finding => finding.What.Contains(open, StringComparison.Ordinal)).What, Does.Contain("others may write to it"));
        Assert.That(findings.Single(finding => finding.What.Contains(invalid, StringComparison.Ordinal)).What, Does.Contain("kind"));
    }

    [Test]
    public async Task Devices_that_two_files_of_a_directory_define_are_one_problem()
    {
        var first = await WriteAsync(Etc, "first.yaml", Foreign.Replace("PATH", "/bin/sh", StringComparison.Ordinal));
        var second = await WriteAsync(Etc, "second.yaml", Foreign.Replace("PATH", "/bin/sh", StringComparison.Ordinal));

        var problem = CheckCommandRows.Problems(await CheckAsync()).Single();

        Assert.That(problem.What, Is.EqualTo($"{first} and {second} both define nvidia.com/gpu=of-another, so that neither counts"));
    }

    private string Etc => _scene.Machine.Directory.Combine("specs-etc");

    private string Run => _scene.Machine.Directory.Combine("specs-run");

    private Task<CommandResult> GpuRuntimeAsync(params string[] arguments) => _scene.GpuRuntime([.. arguments, "--config", Configuration(null)]).RunAsync();

    private async Task GenerateAsync(params string[] options) => (await GpuRuntimeAsync(["cdi", "generate", .. options])).EnsureSuccess();

    // What the check says of CDI; that all else is well is seen from the count of problems.
    private async Task<ImmutableArray<CheckFinding>> CheckAsync(string? version = null) =>
        [.. CheckFinding.In(await _scene.GpuRuntime("check", "--config", Configuration(version)).RunAsync()).Where(static finding => finding.Topic == "cdi")];

    private string Configuration(string? version) => _scene.Machine.WriteConfiguration("check.json", json =>
    {
        json["lowLevelRuntimes"] = new JsonArray("runc");
        var cdi = new JsonObject { ["specDirs"] = new JsonArray(Etc, Run) };
        if (version is not null)
            cdi["version"] = version;
        json["cdi"] = cdi;
    });

    private async Task ReplaceDriverAsync(string version)
    {
        await using var other = TestMachine.Create(new SimulatedNvidiaHostOptions { GpuCount = 2, DriverVersion = version });
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[(other.Host.DriverRoot, _scene.Host.DriverRoot), (other.Host.ProcRoot, _scene.Host.ProcRoot)])
        {
            Directory.Delete(to, recursive: true);
            Directory.Move(from, to);
        }
    }

    private static async Task<string> WriteAsync(string directory, string name, string content)
    {
        var path = Path.Combine(directory, name);
        await File.WriteAllTextAsync(path, content);
        return path;
    }
}
