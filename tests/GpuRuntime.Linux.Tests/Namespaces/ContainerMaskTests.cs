using System.Diagnostics;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Namespaces;

namespace GpuRuntime.Linux.Tests.Namespaces;

/// <summary>A file of a container's procfs is covered there, and nowhere else.</summary>
public sealed class ContainerMaskTests : DirectoryFixture
{
    private const string Content = "covered by gpu-runtime\n";
    private const string MountTable = "/proc/self/mountinfo";

    [Test]
    public void A_file_is_covered_inside_and_not_on_the_host()
    {
        using var container = new OtherNamespace();
        var version = File.ReadAllText("/proc/version");

        Assert.That(Apply(container.Pid, "/", "version"), Is.True);
        Assert.That(container.Read("/proc/version"), Is.EqualTo(Content));
        Assert.That(File.ReadAllText("/proc/version"), Is.EqualTo(version));
        Assert.That(OwnMounts(), Is.Empty, "mounts of the host");
    }

    [Test]
    public void The_cover_is_read_only_and_allows_nothing()
    {
        using var container = new OtherNamespace();
        Apply(container.Pid, "/", "version");

        var line = container.Read(MountTable).Split('\n').Single(mount => mount.Contains(" /proc/version ", StringComparison.Ordinal));
        Assert.That(line.Split(' ')[5].Split(','), Is.SupersetOf(["ro", "nosuid", "nodev", "noexec"]));
        Assert.That(container.Run("sh", "-c", "echo x > /proc/version").Status, Is.Not.Zero);
        Assert.That(container.Run("stat", "-c", "%a %s", "/proc/version").Output, Is.EqualTo($"444 {Content.Length}\n"));
    }

    [Test]
    public void A_file_that_is_not_there_is_no_failure()
    {
        using var container = new OtherNamespace();

        Assert.That(Apply(container.Pid, "/", "driver/no-such-vendor/params"), Is.False);
        Assert.That(Apply(container.Pid, "/", "version/deeper"), Is.False);
    }

    [Test]
    public void A_plain_directory_where_procfs_is_expected_is_left_alone()
    {
        Temporary.Write("root/proc/version", "the image's\n");
        var before = TreeListing.Of(Temporary.Path);
        using var container = new OtherNamespace();

        Assert.That(Apply(container.Pid, Temporary.Combine("root"), "version"), Is.False);
        Assert.That(container.Read(Temporary.Combine("root/proc/version")), Is.EqualTo("the image's\n"));
        Assert.That(TreeListing.Of(Temporary.Path), Is.EqualTo(before));
    }

    [Test]
    public void A_proc_that_is_a_link_to_the_hosts_files_is_left_alone([Values("/", "DECOY", "../../../../..")] string target)
    {
        Temporary.Write("decoy/version", "the host's\n");
        Temporary.Link("root/proc", target.Replace("DECOY", Temporary.Combine("decoy"), StringComparison.Ordinal));
        using var container = new OtherNamespace();

        Assert.That(Apply(container.Pid, Temporary.Combine("root"), "version"), Is.False);
        Assert.That(container.Read(Temporary.Combine("decoy/version")), Is.EqualTo("the host's\n"));
        Assert.That(container.Read("/proc/version"), Is.Not.EqualTo(Content));
    }

    [Test]
    public void A_process_that_is_gone_is_an_error()
    {
        using var container = new OtherNamespace();
        var pid = container.Pid;
        container.Dispose();

        Assert.That(Refusal.Of(ErrorCode.ContainerProcessMissing, () => ContainerMask.Apply(pid, "/", "version", "x"u8)), Does.Contain($"Process {pid} "));
    }

    [Test]
    public void A_process_of_the_hosts_own_mount_namespace_is_refused()
    {
        var version = File.ReadAllText("/proc/version");

        Refusal.Of(ErrorCode.ContainerProcessMissing, () => ContainerMask.Apply(Environment.ProcessId, "/", "version", "x"u8));
        Assert.That(File.ReadAllText("/proc/version"), Is.EqualTo(version));
    }

    // The thread stays in the container's namespace, so that it must be one that ends.
    internal static bool Apply(int pid, string root, string file) => Refusal.InTime(() => ContainerMask.Apply(pid, root, file, System.Text.Encoding.UTF8.GetBytes(Content)));

    internal static string[] OwnMounts() => [.. File.ReadAllLines(MountTable).Where(line => line.Contains("/proc/version", StringComparison.Ordinal))];

    /// <summary>A process in a mount namespace of its own, as runc's is between create and pivot_root.</summary>
    private sealed class OtherNamespace : IDisposable
    {
        private readonly Process _process = Command.Start("unshare", "--mount", "--propagation", "private", "sh", "-c", "echo ready; exec sleep 60");
        private bool _ended;

        public OtherNamespace()
        {
            if (_process.StandardOutput.ReadLine() != "ready")
                Assert.Ignore($"mount namespaces cannot be made here: {_process.StandardError.ReadToEnd()}");
        }

        public int Pid => _process.Id;

        public (int Status, string Output, string Error) Run(params string[] command) => Command.Try("nsenter", ["--mount", "--target", $"{Pid}", .. command]);

        public string Read(string path) => Run("cat", path).Output;

        public void Dispose()
        {
            if (_ended)
                return;
            _ended = true;
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
