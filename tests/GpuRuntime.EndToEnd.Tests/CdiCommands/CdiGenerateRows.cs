using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.CdiCommands;

/// <summary>gpu-runtime cdi generate and refresh as an admin sees them: what is written where, and what is refused in which words.</summary>
public sealed class CdiGenerateRows
{
    private MixedMachine? _machine;

    private string Output => _machine!.Directory.Combine("specs");

    [SetUp]
    public void CreateMachine() => _machine = TestMachine.Create(ReadyHosts.ThreeVendors);

    [TearDown]
    public async Task DisposeAsync() => await _machine!.DisposeAsync();

    [Test]
    public async Task Each_vendor_has_a_file_and_the_words_say_what_is_in_it()
    {
        var result = await RunAsync("generate", "--output", Output);

        Assert.That(Directory.GetFiles(Output).Select(Path.GetFileName), Is.EquivalentTo((string[])["gpu-runtime-nvidia.yaml", "gpu-runtime-amd.yaml", "gpu-runtime-intel.yaml"]));
        Assert.That(result.EnsureSuccess().Lines, Has.Some.EqualTo($"{Output}/gpu-runtime-intel.yaml: written; intel.com/gpu with 0, 0000:63:00.0, all; CDI 0.7.0"));
    }

    [Test]
    public async Task A_vendor_that_is_named_is_the_only_one()
    {
        (await RunAsync("generate", "--vendor", "amd", "--format", "json", "--output", Output)).EnsureSuccess();

        Assert.That(Directory.GetFiles(Output).Select(Path.GetFileName), Is.EqualTo((string[])["gpu-runtime-amd.json"]));
    }

    [Test]
    public async Task Standard_output_has_one_specification_and_no_file_is_written()
    {
        var result = await RunAsync("generate", "--vendor", "intel", "--output", "-");

        Assert.That(result.EnsureSuccess().Output, Does.StartWith("cdiVersion: 0.7.0\nkind: intel.com/gpu\n"));
        Assert.That(Directory.Exists(Output), Is.False);
    }

    [Test]
    public async Task Several_vendors_on_standard_output_are_refused()
    {
        var result = await RunAsync("generate", "--output", "-");

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Output, Is.Empty);
        Assert.That(result.Error, Does.Contain("GRT5003").And.Contain("nvidia, amd, intel").And.Contain("--vendor"));
    }

    [Test]
    public async Task An_older_version_leaves_the_groups_out_and_says_so()
    {
        var result = await RunAsync("generate", "--vendor", "amd", "--cdi-version", "0.5.0", "--output", Output);

        Assert.That(result.EnsureSuccess().Error, Does.Contain("groups").And.Contain("version 0.5.0 has none"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(Output, "gpu-runtime-amd.yaml")), Does.StartWith("cdiVersion: 0.5.0\n").And.Not.Contain("additionalGids"));
    }

    [Test]
    public async Task A_version_that_there_is_not_is_refused_with_those_that_there_are()
    {
        var result = await RunAsync("generate", "--cdi-version", "0.9.0", "--output", Output);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("GRT5001").And.Contain("0.9.0").And.Contain("0.7.0"));
        Assert.That(Directory.Exists(Output), Is.False);
    }

    [Test]
    public async Task A_refresh_without_a_change_leaves_the_file_and_keeps_its_format()
    {
        (await RunAsync("generate", "--vendor", "amd", "--format", "json", "--output", Output)).EnsureSuccess();
        var written = File.GetLastWriteTimeUtc(Path.Combine(Output, "gpu-runtime-amd.json"));

        var result = await RunAsync("refresh", "--vendor", "amd", "--output", Output);

        Assert.That(result.EnsureSuccess().Output, Does.StartWith($"{Output}/gpu-runtime-amd.json: unchanged;"));
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(Output, "gpu-runtime-amd.json")), Is.EqualTo(written));
    }

    [Test]
    public async Task A_refresh_takes_away_the_file_of_a_vendor_whose_GPUs_are_gone()
    {
        (await RunAsync("generate", "--output", Output)).EnsureSuccess();
        await using var other = TestMachine.Create(ReadyHosts.Mi210Pair);

        var result = await Command.Of(Programs.GpuRuntime, "cdi", "refresh", "--output", Output, "--config", other.ConfigPath).RunAsync();

        Assert.That(result.EnsureSuccess().Lines, Has.Some.Contain("intel.com/gpu is removed").And.Some.Contain("nvidia.com/gpu is removed"));
        Assert.That(Directory.GetFiles(Output).Select(Path.GetFileName), Is.EqualTo((string[])["gpu-runtime-amd.yaml"]));
    }

    [Test]
    public async Task A_host_without_GPUs_is_told_so_by_generate_and_is_nothing_to_refresh()
    {
        await using var empty = TestMachine.Create(ReadyHosts.NoGpu);

        var generated = await Command.Of(Programs.GpuRuntime, "cdi", "generate", "--output", Output, "--config", empty.ConfigPath).RunAsync();
        var refreshed = await Command.Of(Programs.GpuRuntime, "cdi", "refresh", "--output", Output, "--config", empty.ConfigPath).RunAsync();

        Assert.That(generated.ExitCode, Is.Not.Zero);
        Assert.That(generated.Error, Does.Contain("GRT2003").And.Contain("NVIDIA, AMD, Intel"));
        Assert.That(refreshed.EnsureSuccess().Output, Is.Empty);
    }

    [Test]
    public async Task Another_owners_file_with_the_same_devices_is_named_and_both_would_be_lost_so_nothing_is_written()
    {
        (await RunAsync("generate", "--vendor", "amd", "--output", Output)).EnsureSuccess();
        var other = Path.Combine(Output, "amd.yaml");
        File.Move(Path.Combine(Output, "gpu-runtime-amd.yaml"), other);

        var result = await RunAsync("generate", "--output", Output);

        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("GRT5003").And.Contain($"{other} defines amd.com/gpu=0 too"));
        Assert.That(Directory.GetFiles(Output).Select(Path.GetFileName), Is.EquivalentTo((string[])["amd.yaml", "gpu-runtime-nvidia.yaml", "gpu-runtime-intel.yaml"]), "the other vendors' are written");
    }

    private Task<CommandResult> RunAsync(params ReadOnlySpan<string> arguments) =>
        Command.Of(Programs.GpuRuntime, ["cdi", .. arguments, "--config", _machine!.ConfigPath]).RunAsync();
}
