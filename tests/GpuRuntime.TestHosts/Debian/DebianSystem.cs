namespace GpuRuntime.TestHosts;

/// <summary>A clean, minimal system of the machine's own Debian suite, installed and configured by debootstrap.</summary>
public static class DebianSystem
{
    // debootstrap mounts /proc in what it makes: the mounts end with its namespace, whatever becomes of it.
    private static readonly string[] Debootstrap = ["--mount", "--propagation", "private", "debootstrap", "--variant=minbase"];

    /// <returns>The cached root directory: read it, never write to it.</returns>
    /// <exception cref="TestResourceUnavailableException">No Debian, no network, or no debootstrap.</exception>
    public static string Root()
    {
        var suite = AptSources.Codename();
        if (!Tool.Exists("debootstrap"))
            throw new TestResourceUnavailableException("the program debootstrap is not installed");
        try
        {
            return BuildCache.Get("debootstrap", suite, root => Tool.Run("unshare", [.. Debootstrap, suite, root, AptSources.Mirror()]));
        }
        catch (ToolFailedException e)
        {
            throw new TestResourceUnavailableException($"Debian's {suite} cannot be installed by debootstrap: {e.Message}", e);
        }
    }
}
