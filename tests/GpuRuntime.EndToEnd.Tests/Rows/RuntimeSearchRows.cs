namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Which low-level runtime is taken: the first on the engine's PATH that is not gpu-runtime itself.</summary>
public sealed class RuntimeSearchRows : BundleFixture
{
    // Verbs that are handed on before the managed runtime starts, and those that are not, must search alike.
    private static readonly string[] Lines = ["state ID", "list", "create --bundle BUNDLE ID"];

    private string _runtime = "";

    [Test]
    public async Task A_runc_that_is_ourselves_is_passed_over(
        [ValueSource(nameof(Lines))] string line, [Values("a symbolic link", "a link to a link", "a hard link", "a copy")] string kind)
    {
        var (directory, own) = await OurselvesAsync(kind);

        var result = await RunAsync(own, line, directory, Path.GetDirectoryName(_runtime)!);

        Assert.That(result.ExitCode, Is.EqualTo(RecordingRuntime.ExitStatus), result.ToString());
    }

    [Test]
    public async Task Nothing_but_ourselves_is_an_error_and_no_endless_loop(
        [ValueSource(nameof(Lines))] string line, [Values("a symbolic link", "a link to a link", "a hard link", "a copy")] string kind)
    {
        var (directory, own) = await OurselvesAsync(kind);

        var result = await RunAsync(own, line, directory);

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT1201").And.Contain("runc").And.Contain(directory));
    }

    [Test]
    public async Task What_is_no_program_is_passed_over(
        [ValueSource(nameof(Lines))] string line, [Values("a directory", "a file that is not executable", "a dangling link", "a FIFO")] string kind)
    {
        var directory = Machine.Directory.CreateSubdirectory("search", $"{Guid.NewGuid():N}");
        var path = Path.Combine(directory, "runc");
        switch (kind)
        {
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "a dangling link":
                File.CreateSymbolicLink(path, "/no/such/runc");
                break;
            case "a FIFO":
                (await Command.Of("mkfifo", "--mode=777", path).RunAsync()).EnsureSuccess();
                break;
            default:
                await File.WriteAllTextAsync(path, "#!/bin/sh\n");
                break;
        }

        var result = await RunAsync(Programs.GpuRuntime, line, directory, Path.GetDirectoryName(_runtime)!);

        Assert.That(result.ExitCode, Is.EqualTo(RecordingRuntime.ExitStatus), result.ToString());
    }

    [Test]
    public async Task A_runc_that_the_kernel_does_not_execute_is_an_error_and_no_reason_to_take_crun([ValueSource(nameof(Lines))] string line)
    {
        var directory = Machine.Directory.CreateSubdirectory("search", $"{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(Path.Combine(directory, "runc"), "neither a program nor a script\n");
        File.SetUnixFileMode(Path.Combine(directory, "runc"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(directory, "crun"), _runtime);

        var result = await RunAsync(Programs.GpuRuntime, line, directory);

        Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
        Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT1202").And.Contain(Path.Combine(directory, "runc")));
    }

    [Test]
    public async Task Crun_is_taken_where_there_is_no_runc([ValueSource(nameof(Lines))] string line)
    {
        var directory = Machine.Directory.CreateSubdirectory("search", $"{Guid.NewGuid():N}");
        File.CreateSymbolicLink(Path.Combine(directory, "crun"), _runtime);

        var result = await RunAsync(Programs.GpuRuntime, line, directory);

        Assert.That(result.ExitCode, Is.EqualTo(RecordingRuntime.ExitStatus), result.ToString());
    }

    // Whoever can choose the engine's working directory must not choose its runtime.
    [TestCase("")]
    [TestCase(".")]
    [TestCase("bin")]
    public async Task A_directory_of_the_PATH_that_is_not_absolute_is_passed_over(string directory)
    {
        foreach (var line in Lines)
        {
            var result = await RunAsync(Programs.GpuRuntime, line, directory, "/no/such/directory");

            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(ErrorLine.In(result.Error), Does.Contain("GRT1201"));
        }
    }

    private async Task<CommandResult> RunAsync(string program, string line, params string[] searchPath)
    {
        var id = NewId();
        var bundle = await CreateBundleAsync(id, null, command: ["true"]);
        var configuration = Machine.WriteConfiguration("without-runtimes.json", static json => json.Remove("lowLevelRuntimes"));
        var arguments = line.Split(' ').Select(word => word switch { "BUNDLE" => bundle.Directory, "ID" => id, _ => word });
        // The working directory has a runc of its own, in itself and below: what an empty or relative part of PATH would find.
        var command = Command.Of("/usr/bin/env", [$"PATH={string.Join(':', searchPath)}", program, "--root", Bundles.StateRoot, .. arguments]);
        return await (Bundles.Complete(command) with { Limit = TimeSpan.FromSeconds(20), WorkingDirectory = Path.GetDirectoryName(_runtime)! })
            .WithEnvironment("GPU_RUNTIME_CONFIG", configuration)
            .WithEnvironment(RecordingRuntime.Variable, Machine.Directory.Combine("record")).RunAsync();
    }

    /// <returns>A directory with a runc that is gpu-runtime, and the gpu-runtime to start.</returns>
    private async Task<(string Directory, string Own)> OurselvesAsync(string kind)
    {
        var directory = Machine.Directory.CreateSubdirectory("search", $"{Guid.NewGuid():N}");
        var path = Path.Combine(directory, "runc");
        // On the same file system, for the hard link.
        var own = Path.Combine(directory, "gpu-runtime");
        File.Copy(Programs.GpuRuntime, own);
        switch (kind)
        {
            case "a symbolic link":
                File.CreateSymbolicLink(path, own);
                break;
            case "a link to a link":
                File.CreateSymbolicLink(path, "another");
                File.CreateSymbolicLink(Path.Combine(directory, "another"), own);
                break;
            case "a hard link":
                (await Command.Of("ln", own, path).RunAsync()).EnsureSuccess();
                break;
            default:
                File.Copy(own, path);
                break;
        }
        return (directory, own);
    }

    private protected override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _runtime = await RecordingRuntime.BuildAsync(Machine.Directory.Combine("low-level"));
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Machine.Directory.Combine("low-level/bin")).FullName, "runc"), _runtime);
    }
}
