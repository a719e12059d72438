using System.CommandLine;

namespace GpuRuntime.Commands;

internal static class CheckCommand
{
    public static Command Create() => new("check", "Look for what keeps containers from their GPUs.");
}
