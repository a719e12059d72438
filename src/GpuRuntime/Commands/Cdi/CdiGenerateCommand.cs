using System.Collections.Immutable;
using System.CommandLine;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Linux.Paths;

namespace GpuRuntime.Commands.Cdi;

/// <summary><c>gpu-runtime cdi generate</c>: the GPUs of this host as CDI specifications, one a vendor.</summary>
internal static class CdiGenerateCommand
{
    private const string StandardOutput = "-";

    public static Command Create()
    {
        var options = new SpecOptions("Directory for the files, or - for standard output (default: the last of cdi.specDirs)");
        var command = new Command("generate", "Write CDI specifications of this host's GPUs.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            var configuration = AdminContext.Load(options.Config(result)).Values;
            using var host = new LinuxHostRoot(configuration);
            var specs = CurrentSpec.All(options.Vendors(result), host, configuration, options.Version(result));
            RefuseHostsWithout(specs, isNamed: !options.Vendors(result).IsEmpty);
            return options.Output(result) == StandardOutput
                ? Print(specs, options.Format(result) ?? CdiFormat.Yaml)
                : SpecUpdate.In(options.Output(result), options.Format(result), configuration).Run([.. specs.Where(spec => spec.Generated is not null || spec.Failure is not null)]);
        });
        return command;
    }

    private static void RefuseHostsWithout(ImmutableArray<CurrentSpec> specs, bool isNamed)
    {
        var without = specs.Where(spec => spec is { Generated: null, Failure: null }).Select(spec => spec.Vendor.DisplayName()).ToList();
        if (without.Count == specs.Length || (isNamed && without.Count > 0))
            throw new GpuRuntimeException(ErrorCode.NoGpu, $"This host has no GPU of {string.Join(", ", without)} with a driver; run gpu-runtime check to see why.");
    }

    // A file is of one vendor, and what is printed here is mostly on its way into a file.
    private static int Print(ImmutableArray<CurrentSpec> specs, CdiFormat format)
    {
        var there = specs.Where(spec => spec.Generated is not null || spec.Failure is not null).ToList();
        if (there.Count > 1)
            throw new GpuRuntimeException(
                ErrorCode.CdiSpecUnwritable,
                $"This host has GPUs of several vendors ({string.Join(", ", there.Select(spec => spec.Vendor.Word()))}), and a specification is of one: name it with --vendor, or give a directory with --output.");
        if (there[0].Failure is { } failure)
            throw failure;
        SpecUpdate.Warn(there[0]);
        using var output = Console.OpenStandardOutput();
        output.Write(CdiWriter.Write(there[0].Generated!.Spec, format));
        return 0;
    }
}
