namespace GpuRuntime.EndToEnd.Tests;

/// <summary>The directories of a fixture's own that its engine has in place of /etc/cdi and /var/run/cdi, there from the engine's start on.</summary>
/// <param name="Parent">Holds both.</param>
internal sealed record CdiDirectories(string Parent)
{
    /// <summary>What the engine sees as /etc/cdi.</summary>
    public string Etc => Path.Combine(Parent, "etc");

    /// <summary>What the engine sees as /var/run/cdi: of two specifications of one device, the one here counts.</summary>
    public string Run => Path.Combine(Parent, "run");

    public static CdiDirectories Of(TestDirectory directory)
    {
        var directories = new CdiDirectories(directory.CreateSubdirectory("cdi"));
        Directory.CreateDirectory(directories.Etc);
        Directory.CreateDirectory(directories.Run);
        return directories;
    }
}
