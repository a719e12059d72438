using System.Diagnostics;
using System.Globalization;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>A host of a reader's own, in namespaces that Scene/enter.sh makes. All of its processes end with the first.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string Files = Path.Combine(AppContext.BaseDirectory, "Documentation/Scene");

    // The scene's cgroups begin at its first process's, which is not this one's parent.
    private const string Prologue = """
        for procs in $(cat /run/scene-cgroups); do echo $$ >$procs; done
        cd "$1"
        trap 'echo "failed: $BASH_COMMAND" >&2' ERR
        eval "$2"
        """;

    private readonly TestDirectory _directory;
    private readonly SceneSettings _settings;
    private Process? _outside;
    private int _first;

    private Scene(TestDirectory directory, SceneSettings settings) => (_directory, _settings) = (directory, settings);

    private string Name => Path.GetFileName(_directory.FullPath);

    /// <summary>What its daemons wrote.</summary>
    public string Log => !Directory.Exists(_directory.Combine("log")) ? "" : string.Concat(
        Directory.GetFiles(_directory.Combine("log")).Select(static path => $"--- {Path.GetFileName(path)}\n{string.Join('\n', File.ReadLines(path).TakeLast(30))}\n"));

    /// <exception cref="TestResourceUnavailableException">The machine lacks a program of the scene's.</exception>
    private static async Task<Scene> StartAsync(SceneSettings settings)
    {
        var scene = new Scene(TestDirectory.Create(), settings);
        try
        {
            SceneHost.Create(scene._directory, settings.Host);
            await scene.EnterAsync();
            if (settings.Installed)
                (await scene.RunAsync("make install")).EnsureSuccess();
            if (settings.Engine is { } engine)
                (await scene.RunAsync($"systemctl start {engine}")).EnsureSuccess();
            if (settings.Importer is { } importer)
                (await scene.RunAsync(SceneImage.Import(scene._directory, importer))).EnsureSuccess();
            if (settings.Then is { } last)
                (await scene.RunAsync(last())).EnsureSuccess();
            return scene;
        }
        catch
        {
            TestContext.Out.WriteLine(scene.Log);
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one, or has the running test skipped where the machine lacks a program.</summary>
    public static async Task<Scene> StartOrIgnoreAsync(string name)
    {
        try
        {
            return await StartAsync(SceneSettings.ByName[name]);
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <summary>Runs lines as a reader would in a shell in a clone of the repository. The first that fails ends them.</summary>
    public Task<CommandResult> RunAsync(string lines)
    {
        var command = Command.Of("nsenter", "--target", $"{_first}", "--mount", "--net", "--uts", "--ipc", "--cgroup", "--pid", "--", "env", "-i",
            $"PATH={Path.Combine(Files, "bin")}:{Programs.SearchPath}", $"HOME={_directory.Combine("home")}", $"SCENE={_directory.FullPath}", $"SCENE_FILES={Files}", "LC_ALL=C.UTF-8",
            "bash", "-e", "-o", "pipefail", "-c", Prologue, "bash", Repository.Root, lines);
        return (command with { Limit = TimeSpan.FromMinutes(2) }).RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_outside is not null)
        {
            // What waits for the first process has it killed, and the kernel everything else.
            _outside.Kill();
            await _outside.WaitForExitAsync();
            _outside.Dispose();
        }
        await Cgroups.RemoveAsync(Name);
        await _directory.DisposeAsync();
    }

    private async Task EnterAsync()
    {
        _directory.CreateSubdirectory("home");
        await File.WriteAllTextAsync(_directory.Combine("containers.conf"), PrivatePodman.UsualSettings);
        var usr = _settings.Suite is { } suite ? Path.Combine(DockerPackages.Root(suite), "usr") : "";
        foreach (var program in (string[])["unshare", "nsenter", "ip", "bash", "make"])
            Programs.Engine(program);
        var output = _directory.Combine("enter");
        _outside = Command.Of("sh", Path.Combine(Files, "enter.sh"), _directory.FullPath, Repository.Root, usr, _settings.Cgroups == CgroupVersion.V1 ? "1" : "2").Start(output);
        for (var clock = Stopwatch.StartNew(); !File.Exists(_directory.Combine("ready")); await Task.Delay(20))
        {
            if (_outside.HasExited || clock.Elapsed > Limit)
                throw new InvalidOperationException($"the scene does not begin: {await File.ReadAllTextAsync(output + ".err")}");
        }
        var children = await File.ReadAllTextAsync($"/proc/{_outside.Id}/task/{_outside.Id}/children");
        _first = int.Parse(children.Trim(), CultureInfo.InvariantCulture);
    }
}
