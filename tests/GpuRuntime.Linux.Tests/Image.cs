using GpuRuntime.TestHosts;

namespace GpuRuntime.Linux.Tests;

/// <summary>A container image's root for a test; the test is skipped, with the reason, where it cannot be made.</summary>
internal static class Image
{
    public static string Of(Func<RootFilesystem> make)
    {
        try
        {
            return make().Directory;
        }
        catch (TestResourceUnavailableException unavailable)
        {
            Assert.Ignore(unavailable.Reason);
            throw;
        }
    }

    /// <returns>For each library the path that the image's own loader found it by, or its complaint.</returns>
    public static string[] Dlopen(string root, params string[] libraries) =>
        Command.Try("chroot", [root, "/bin/dlopen-test", .. libraries]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
