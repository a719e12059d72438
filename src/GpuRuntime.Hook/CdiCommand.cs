using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Linux.Live;
using GpuRuntime.Linux.Namespaces;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Hook;

/// <summary>
/// The hook of our own CDI specifications: what CDI cannot say, for engines that apply a specification by themselves. Everything stands in the
/// arguments; neither the configuration nor the host's GPUs are looked at.
/// </summary>
internal static class CdiCommand
{
    /// <exception cref="GpuRuntimeException">The container must not start.</exception>
    public static void Run(ReadOnlySpan<string> arguments)
    {
        var state = ContainerState.Parse(HookInput.ReadState());
        using var process = ContainerProcess.Open(state.Pid);
        using var bundle = BundleDirectory.Open(state.Bundle);
        var spec = OciSpec.Parse(bundle.ReadSpec(), bundle.SpecPath);
        LiveEditor.Apply(process, spec, CdiHookArguments.Read(arguments, spec), LiveEditOptions.Of(spec, state.Bundle));
    }
}
