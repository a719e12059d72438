using System.CommandLine;

namespace GpuRuntime.Commands.Cdi;

/// <summary><c>gpu-runtime cdi</c>: specifications of the Container Device Interface, for engines that apply them by themselves.</summary>
internal static class CdiCommand
{
    public static Command Create() => new("cdi", "Write and look at CDI specifications (Container Device Interface).")
    {
        CdiGenerateCommand.Create(), CdiRefreshCommand.Create(), CdiListCommand.Create(), CdiValidateCommand.Create(),
    };
}
