using System.Text;

namespace GpuRuntime.TestHosts;

/// <summary>Compiles and links the stand-ins of one driver version into a root directory.</summary>
internal static class StubDriverBuilder
{
    private const string Work = ".build";

    public static void Build(string root, string version, DriverLayout layout)
    {
        var paths = new DriverPaths(layout);
        var work = Directory.CreateDirectory(Path.Combine(root, Work)).FullName;
        MergeUsr(root, layout);
        Compile(work, version);
        Link(root, version, paths);
        DriverPrograms.Install(root, work, paths);
        DriverDataFiles.Write(root, version, paths);
        Directory.Delete(work, recursive: true);
        LoaderConfiguration(root, paths);
        Tool.Run("ldconfig", ["-r", root]);
    }

    private static void MergeUsr(string root, DriverLayout layout)
    {
        foreach (var name in new[] { "bin", "sbin", "lib" })
        {
            Directory.CreateDirectory(Path.Combine(root, "usr", name));
            FileTree.Link(Path.Combine(root, name), "usr/" + name);
        }
        if (layout == DriverLayout.Lib64)
        {
            Directory.CreateDirectory(Path.Combine(root, "usr/lib64"));
            FileTree.Link(Path.Combine(root, "lib64"), "usr/lib64");
        }
        Directory.CreateDirectory(Path.Combine(root, "run"));
        FileTree.Link(Path.Combine(root, "var/run"), "../run");
    }

    private static void Compile(string work, string version)
    {
        foreach (var (name, source) in StubSources.Files)
            File.WriteAllText(Path.Combine(work, name), source);
        Tool.Run("sh", ["-e"], work, $"""
            gcc -Os -fPIC -c stub.c cuda.c nvml.c
            for f in stub cuda nvml; do mv $f.o $f.64.o; done
            gcc -m32 -Os -fPIC -c stub.c cuda.c nvml.c
            for f in stub cuda nvml; do mv $f.o $f.32.o; done
            gcc -Os -s -static -nostdlib -o program program.c
            gcc -Os -s -static -DDRIVER_VERSION='"{version}"' -o nvidia-smi smi.c

            """);
    }

    // One shell runs ld for all of them: starting gcc a hundred times would take seconds.
    private static void Link(string root, string version, DriverPaths paths)
    {
        var script = new StringBuilder();
        foreach (var bits in new[] { 64, 32 })
        {
            foreach (var soname in DriverLibraries.FromTheImage)
                script.Append(LinkCommand($"{Work}/{bits}-{soname}", soname, $"{Work}/stub.{bits}.o", bits, []));
        }
        foreach (var library in DriverLibraries.Of(version))
        {
            LinkOne(library, 64);
            if (library.Twin32)
                LinkOne(library, 32);
        }
        foreach (var module in DriverDataFiles.XorgModules(version, paths))
        {
            Directory.CreateDirectory(Path.Combine(root, Path.GetDirectoryName(module)!));
            script.Append(LinkCommand(module, Path.GetFileName(module), $"{Work}/stub.64.o", 64, []));
        }
        Tool.Run("sh", ["-e"], root, script.ToString());

        void LinkOne(StubLibrary library, int bits)
        {
            var directory = paths.DirectoryOf(library, bits);
            Directory.CreateDirectory(Path.Combine(root, directory));
            var output = $"{directory}/{library.FileName(version)}";
            var needed = library.Needed.Append("libc.so.6").Select(name => Dependency(name, version, bits, paths)).OfType<string>();
            script.Append(LinkCommand(output, library.SonameOf(version), $"{Work}/{library.Source}.{bits}.o", bits, needed));
            DriverLinks.Make(root, library, version, bits, paths);
        }
    }

    private static string? Dependency(string name, string version, int bits, DriverPaths paths)
    {
        if (DriverLibraries.FromTheImage.Contains(name))
            return $"{Work}/{bits}-{name}";
        // A library that this version does not have yet was part of the one that needs it.
        return DriverLibraries.Of(version).SingleOrDefault(library => library.Name == name) is { } found
            ? $"{paths.DirectoryOf(found, bits)}/{found.FileName(version)}"
            : null;
    }

    private static string LinkCommand(string output, string soname, string source, int bits, IEnumerable<string> needed)
    {
        var emulation = bits == 64 ? "elf_x86_64" : "elf_i386";
        return $"ld -shared -m {emulation} -z noexecstack -soname {soname} -o {output} {source} --no-as-needed {string.Join(' ', needed)}\n" +
            $"chmod 644 {output}\n";
    }

    private static void LoaderConfiguration(string root, DriverPaths paths)
    {
        FileTree.Write(Path.Combine(root, "etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n");
        // ldconfig knows the directories of the distribution that built it, which need not be the simulated one.
        foreach (var bits in new[] { 64, 32 })
            FileTree.Write(Path.Combine(root, $"etc/ld.so.conf.d/{DriverPaths.Triplet(bits)}.conf"), $"/{paths.Libraries(bits)}\n");
    }
}
