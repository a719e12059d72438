using System.Reflection;

namespace GpuRuntime.Hook;

/// <summary>
/// The prestart hook. So far it only says its version: containers get their GPUs from the shim, which takes this hook out of their
/// specification. As a hook of a container that the shim does not start, it fails rather than let that container run without its GPUs.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is ["--version"])
        {
            Console.Out.WriteLine($"gpu-runtime-hook version {typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
            return 0;
        }

        Console.Error.WriteLine("gpu-runtime-hook: this version injects no GPUs by itself; start the container with the runtime gpu-runtime (docker run --runtime=gpu-runtime).");
        return 1;
    }
}
