namespace GpuRuntime.TestHosts;

/// <summary>What every image has: mount points, users, and busybox for those with a shell.</summary>
internal static class BaseImage
{
    public static void Skeleton(string root)
    {
        foreach (var name in new[] { "dev", "etc", "proc", "root", "run", "sys", "tmp", "var" })
            Directory.CreateDirectory(Path.Combine(root, name));
        File.SetUnixFileMode(Path.Combine(root, "tmp"), FileModes.Sticky);
        FileTree.Write(
            Path.Combine(root, "etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n");
        FileTree.Write(Path.Combine(root, "etc/group"), "root:x:0:\nvideo:x:44:\nuser:x:1000:\nnogroup:x:65534:\n");
    }

    /// <summary>Directories of a merged-usr distribution, with /bin and the others as links.</summary>
    public static void MergeUsr(string root, params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.Combine(root, "usr", name));
            FileTree.Link(Path.Combine(root, name), "usr/" + name);
        }
    }

    /// <summary>Links the applets of a static busybox beside it, names that the image already has excepted.</summary>
    public static void InstallBusybox(string root)
    {
        var directory = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        var busybox = Path.Combine(directory, "busybox");
        File.Copy(StaticBusybox(), busybox, overwrite: true);
        FileTree.MakeExecutable(busybox);
        foreach (var applet in Tool.Run(busybox, ["--list"]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.Combine(directory, applet);
            if (!File.Exists(path) && !File.Exists(Path.Combine(root, "sbin", applet)))
                FileTree.Link(path, "busybox");
        }
    }

    // The package's own, or the machine's if that is the same static one: it saves a download.
    private static string StaticBusybox()
    {
        const string installed = "/bin/busybox";
        return File.Exists(installed) && !Elf.HasInterpreter(installed)
            ? installed
            : Path.Combine(DebianPackages.Unpacked("busybox", ["busybox-static"]), "bin/busybox");
    }
}
