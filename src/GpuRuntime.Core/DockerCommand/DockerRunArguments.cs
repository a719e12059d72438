using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.DockerCommand;

/// <summary>Where <c>--gpus</c> stands among the arguments of docker run. The image and what follows it, the container's command, are not looked at.</summary>
internal sealed record DockerRunArguments
{
    public const string DryRunFlag = "dry-run";

    /// <summary>Every <c>--gpus</c> that has a value.</summary>
    public ImmutableArray<Flag> Gpus { get; private init; } = [];

    /// <summary>Every <c>--dry-run</c>.</summary>
    public ImmutableArray<Flag> DryRun { get; private init; } = [];

    public bool AsksHelp { get; private init; }

    /// <summary>Names that the user gives to variables and annotations of the container.</summary>
    public ImmutableArray<string> GivenNames { get; private init; } = [];

    /// <param name="start">The place behind the word run.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DockerArgumentsInvalid"/>: an unknown flag hides which <c>--gpus</c> is docker's.</exception>
    public static DockerRunArguments Read(ReadOnlySpan<string> arguments, int start)
    {
        var gpus = ImmutableArray.CreateBuilder<Flag>();
        var dryRun = ImmutableArray.CreateBuilder<Flag>();
        var names = ImmutableArray.CreateBuilder<string>();
        var asksHelp = false;
        for (var place = start; place < arguments.Length && FlagSyntax.IsFlag(arguments[place]);)
        {
            var flag = DockerFlags.Run.Read(arguments, place);
            if (flag.IsUnknown)
            {
                RefuseHidden(arguments, place);
                break;
            }

            switch (flag)
            {
                case { Name: "gpus", Value: not null }:
                    gpus.Add(flag);
                    break;
                case { Name: DryRunFlag, Value: null }:
                    dryRun.Add(flag);
                    break;
                case { Name: "env" or "annotation", Value: { } given }:
                    names.Add(given.Split('=')[0]);
                    break;
                case { Name: "help" }:
                    asksHelp = true;
                    break;
            }

            place += flag.Length;
        }

        return new DockerRunArguments { Gpus = gpus.ToImmutable(), DryRun = dryRun.ToImmutable(), GivenNames = names.ToImmutable(), AsksHelp = asksHelp };
    }

    // Behind an unknown flag may stand its value, or the image: a --gpus further on is docker's or the container's, and a guess could change either.
    private static void RefuseHidden(ReadOnlySpan<string> arguments, int place)
    {
        foreach (var later in arguments[(place + 1)..])
        {
            if (later is "--gpus" or $"--{DryRunFlag}" || later.StartsWith("--gpus=", StringComparison.Ordinal))
            {
                throw new GpuRuntimeException(
                    ErrorCode.DockerArgumentsInvalid,
                    $"docker gpu run does not know the flag {PrintableText.Quote(arguments[place])}, so that it cannot tell whether {later.Split('=')[0]} behind it is docker's or the container's; write the flag with =VALUE, or behind {later.Split('=')[0]}.");
            }
        }
    }
}
