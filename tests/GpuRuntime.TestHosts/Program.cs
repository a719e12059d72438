namespace GpuRuntime.TestHosts;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            CommandLine.Run(arguments);
            return 0;
        }
        catch (Exception e) when (e is TestResourceUnavailableException or UsageException or ToolFailedException or IOException)
        {
            Console.Error.WriteLine("gpu-runtime-test-hosts: " + e.Message);
            return 1;
        }
    }
}
