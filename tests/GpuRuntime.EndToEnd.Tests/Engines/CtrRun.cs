namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// Containers that ctr runs in the foreground. It may lose what a short one prints, with bare runc too, mostly on a busy machine
/// (https://github.com/containerd/containerd/issues/770).
/// </summary>
internal static class CtrRun
{
    private const int Tries = 3;

    /// <summary>Runs a container; one that succeeded without a word, which it may have had, again.</summary>
    /// <param name="run">Makes the command, each time with another id.</param>
    public static async Task<CommandResult> ToItsEndAsync(Func<Command> run)
    {
        var result = await run().RunAsync();
        for (var tries = 1; tries < Tries && result is { ExitCode: 0, Output: "", Error: "" }; tries++)
            result = await run().RunAsync();
        return result;
    }
}
