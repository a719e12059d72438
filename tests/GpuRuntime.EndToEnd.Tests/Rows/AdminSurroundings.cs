namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>
/// An /etc and a PATH for what gpu-runtime reads of the machine itself: in a mount namespace of the command's, since /etc/docker and
/// /etc/gpu-runtime cannot be configured to lie elsewhere. All is well in them: gpu-runtime is registered with Docker, and runc and Docker's
/// hook are on the PATH.
/// </summary>
internal abstract class AdminSurroundings
{
    private protected AdminSurroundings(TestDirectory directory)
    {
        Etc = directory.CreateSubdirectory("etc");
        ProgramDirectory = directory.CreateSubdirectory("programs");
        foreach (var name in (string[])["runc", "dockerd", "nvidia-container-runtime-hook"])
            AddProgram(name);
        WriteEtc("docker/daemon.json", $"{{{Registration}}}");
    }

    /// <summary>What daemon.json must hold.</summary>
    public static string Registration { get; } = $"\"runtimes\": {{\"gpu-runtime\": {{\"path\": \"{Programs.GpuRuntime}\"}}}}";

    public string Etc { get; }

    public string ProgramDirectory { get; }

    public void AddProgram(string name)
    {
        var path = Path.Combine(ProgramDirectory, name);
        File.WriteAllText(path, "#!/bin/false\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void LinkProgram(string name, string target) => File.CreateSymbolicLink(Path.Combine(ProgramDirectory, name), target);

    public void RemoveProgram(string name) => File.Delete(Path.Combine(ProgramDirectory, name));

    /// <returns>The file's path as the command sees it.</returns>
    public string WriteEtc(string path, string content)
    {
        var file = Path.Combine(Etc, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return Path.Combine("/etc", path);
    }

    /// <summary>gpu-runtime in the scene. No configuration is named unless the caller names one.</summary>
    public Command GpuRuntime(params ReadOnlySpan<string> arguments) => Command.Of("unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c", """mount --bind "$1" /etc && export PATH="$2" && shift 2 && exec "$@" """, "sh",
            Etc, ProgramDirectory, Programs.GpuRuntime, .. arguments,
        ]).WithEnvironment("GPU_RUNTIME_CONFIG", null);
}
