namespace GpuRuntime.Linux.Tests.Cooperative;

/// <summary>
/// A root filesystem in which our libraries stand where the loader finds the driver's, and the driver's where ours look for them: what a container
/// with a cooperative limit sees. Each run is a container of its own: private mounts and pids, and an empty tmpfs for the accounts.
/// </summary>
internal sealed class LimitedContainer : IDisposable
{
    /// <summary>GPU 0 has 1 MiB, GPU 1 has 2 MiB, GPU 2 of the stand-in driver has no limit.</summary>
    public const string Limits = "memory 0000:3b:00.0 1048576\nmemory 0000:5e:00.0 2097152\n";

    private const string Script =
        """root=$1; shift; mount -t proc proc "$root/proc"; mount -t tmpfs -o mode=1777,size=1m tmpfs "$root/run/gpu-runtime/usage"; exec timeout -k 5 100 chroot "$root" "$@" """;

    private static readonly string[] PartsOfOlderLibc = ["libdl.so.2", "libpthread.so.0", "librt.so.1", "libm.so.6"];

    private readonly TemporaryDirectory _directory = TemporaryDirectory.Create();

    /// <param name="limits">The limits file; null makes none.</param>
    /// <param name="driver">A directory with libcuda.so.1, and libnvidia-ml.so.1 if there is to be one; the stand-in by default.</param>
    public static LimitedContainer Create(string? limits = Limits, string? driver = null) => new(limits, driver ?? CooperativePrograms.Driver);

    private LimitedContainer(string? limits, string driver)
    {
        foreach (var name in new[] { "bin", "dev", "proc", "tmp", "run/gpu-runtime/usage", "usr/lib/gpu-runtime/driver" })
            _directory.MakeDirectory(name);
        foreach (var program in Directory.GetFiles(CooperativePrograms.Programs))
            Copy(program, "bin");
        foreach (var library in Directory.GetFiles(driver))
            Copy(library, "usr/lib/gpu-runtime/driver");
        foreach (var library in Directory.GetFiles(CooperativePrograms.Libraries))
            Copy(library, "usr/lib");
        InstallLibc();
        if (limits is not null)
            _directory.Write("run/gpu-runtime/limits", limits);
        // What the stand-in driver keeps, for every user.
        File.SetUnixFileMode(_directory.Write("truth", ""), (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
    }

    public string Root => _directory.Path;

    /// <summary>The client's commands, by dlopen and dlsym.</summary>
    /// <returns>The lines that it printed.</returns>
    public string[] Client(string commands) => Client("dlsym", commands);

    /// <param name="way">How it finds functions: dlsym, deepbind, proc, proc1.</param>
    public string[] Client(string way, string commands)
    {
        var (status, output, error) = Try([], ["/bin/client", way, .. commands.Split(' ')]);
        Assert.That(status, Is.Zero, $"{commands}\n{output}{error}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <param name="environment">NAME=value.</param>
    public (int Status, string Output, string Error) Try(string[] environment, string[] command)
    {
        File.WriteAllBytes(_directory.Combine("truth"), []);
        return Command.Try("unshare", ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "env", .. environment, "sh", "-ec", Script, "sh", Root, .. command]);
    }

    public void Copy(string file, string directory) => File.Copy(file, _directory.Combine(Path.Combine(directory, Path.GetFileName(file))), overwrite: true);

    public void Delete(string relative) => File.Delete(_directory.Combine(relative));

    public void Write(string relative, string content) => _directory.Write(relative, content);

    public void Dispose() => _directory.Dispose();

    // What a program of this machine needs, where it looks for it; the driver's libraries need no more than these.
    private void InstallLibc()
    {
        var program = Path.Combine(CooperativePrograms.Programs, "client");
        var paths = Command.Run("ldd", program).Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] == '/').ToList();
        var libc = Path.GetDirectoryName(paths.First(path => path.Contains("/libc.so", StringComparison.Ordinal)))!;
        paths.AddRange(PartsOfOlderLibc.Select(name => Path.Combine(libc, name)).Where(File.Exists));
        foreach (var path in paths.Distinct())
        {
            _directory.MakeDirectory(Path.GetDirectoryName(path)![1..]);
            Copy(path, Path.GetDirectoryName(path)![1..]);
        }
    }
}
