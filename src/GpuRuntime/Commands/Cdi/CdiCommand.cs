using System.CommandLine;

namespace GpuRuntime.Commands.Cdi;

/// <summary><c>gpu-runtime cdi</c>: the specifications by which engines with CDI give devices.</summary>
internal static class CdiCommand
{
    public static Command Create() => new("cdi", "CDI specifications: what this host has, and whether a file is one.")
    {
        CdiListCommand.Create(), CdiValidateCommand.Create(),
    };
}
