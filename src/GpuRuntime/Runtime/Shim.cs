using GpuRuntime.Commands;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;
using GpuRuntime.Logging;

namespace GpuRuntime.Runtime;

/// <summary>The OCI runtime shim: edits the bundle of a container that asks for GPUs, then becomes the low-level runtime.</summary>
internal static class Shim
{
    /// <returns>Only for the deletion of a container that holds GPUs: mostly this process becomes another program, or it throws.</returns>
    /// <exception cref="GpuRuntimeException">The container must not start.</exception>
    public static int Run(OciCommandLine command, string[] arguments)
    {
        var configuration = Configuration(command);
        if (command.AsksVersion)
            VersionLines.Print();
        else if (command is { AsksHelp: true, Verb: null })
            AdminCommands.Run(["--help"]);

        // Before the bundle is touched: without a runtime it shall stay as it is.
        var runtime = LowLevelRuntime.Find(configuration.LowLevelRuntimes, Environment.GetEnvironmentVariable("PATH"));
        var own = LowLevelRuntime.OwnArguments(arguments);
        if (command.DeletesContainer && DeletedContainer.Run(command, configuration, runtime, own) is { } status)
            return status;
        var reservation = command.CreatesContainer ? BundleEdit.Run(command, configuration, runtime) : null;
        try
        {
            LowLevelRuntime.Become(runtime, own);
        }
        catch
        {
            reservation?.Release();
            throw;
        }

        return 0;
    }

    // A broken configuration fails the create. It must not keep an engine from stopping and deleting what runs.
    private static RuntimeConfiguration Configuration(OciCommandLine command)
    {
        try
        {
            return ConfigurationFile.Load(Environment.GetEnvironmentVariable(ConfigurationFile.Variable)).Values;
        }
        catch (GpuRuntimeException exception) when (!command.CreatesContainer)
        {
            ErrorReport.Warn(command, exception);
            return RuntimeConfiguration.Default;
        }
    }
}
