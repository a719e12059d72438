using System.CommandLine;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands.Cdi;

/// <summary>
/// <c>gpu-runtime cdi refresh</c>: rewrites those of our specifications that the host has outrun, and takes away those whose GPUs are gone. What
/// the units in <c>packaging/</c> call whenever the driver or the GPUs change.
/// </summary>
internal static class CdiRefreshCommand
{
    public static Command Create()
    {
        var options = new SpecOptions("Directory of the files (default: the last of cdi.specDirs)");
        var command = new Command("refresh", "Bring the CDI specifications up to date; files that need no change are not written.");
        var quiet = new Option<bool>("--quiet") { Description = "Say nothing of files that need no change" };
        options.AddTo(command);
        command.Options.Add(quiet);
        command.SetAction(result =>
        {
            var configuration = AdminContext.Load(options.Config(result)).Values;
            using var host = new LinuxHostRoot(configuration);
            return SpecUpdate.In(options.Output(result), options.Format(result), configuration, result.GetValue(quiet))
                .Run(CurrentSpec.All(options.Vendors(result), host, configuration, options.Version(result)));
        });
        return command;
    }
}
