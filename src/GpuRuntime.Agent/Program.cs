using System.Reflection;

namespace GpuRuntime.Agent;

/// <summary>The agent. So far it only says its version.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["--version"])
        {
            Console.Out.WriteLine($"gpu-runtime-agent version {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            return 0;
        }

        Console.Error.WriteLine("usage: gpu-runtime-agent --version");
        return 2;
    }
}
