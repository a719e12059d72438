using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Limits;

/// <summary>Files that a test lays into a machine's state directory before anybody else does.</summary>
internal static class StateFiles
{
    private const UnixFileMode OwnOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The state directory, made where it is missing.</summary>
    public static string Directory(TestMachine machine, params ReadOnlySpan<string> below)
    {
        System.IO.Directory.CreateDirectory(machine.StateDirectory, OwnOnly);
        return System.IO.Directory.CreateDirectory(Path.Combine([machine.StateDirectory, .. below]), OwnOnly).FullName;
    }

    /// <summary>What nvidia-smi would have told of the GPUs' memory, as gpu-runtime devices --refresh keeps it.</summary>
    public static void ReportMemory(NvidiaMachine machine, long bytes) => File.WriteAllText(
        Path.Combine(Directory(machine), "nvidia-gpus"),
        string.Concat(machine.Host.Gpus.Select(gpu => string.Create(CultureInfo.InvariantCulture, $"gpu {gpu.PciAddress} {bytes}\n"))));
}
