using System.CommandLine;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cdi;

namespace GpuRuntime.Commands.Cdi;

/// <summary><c>gpu-runtime cdi validate</c>: whether engines will read a file, and every place in it that they will not.</summary>
internal static class CdiValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Specifications, .yaml or .json", Arity = ArgumentArity.OneOrMore };
        var command = new Command("validate", "Check CDI specifications: each file, ok or every problem with its line. Exits with 1 if any is wrong.") { files };
        command.SetAction(result => Run(result.GetValue(files)!));
        return command;
    }

    private static int Run(string[] files)
    {
        var exit = 0;
        foreach (var file in files)
        {
            if (!IsValid(file))
                exit = 1;
        }

        return exit;
    }

    private static bool IsValid(string file)
    {
        var name = PrintableText.Of(file);
        try
        {
            var problems = CdiReader.Check(CdiFiles.Read(file), file, out var spec);
            if (problems.IsEmpty)
            {
                Console.Out.WriteLine($"{name}: ok ({spec.Devices.Length} {(spec.Devices.Length == 1 ? "device" : "devices")} of {spec.Kind}, cdiVersion {spec.Version})");
                return true;
            }

            Console.Out.WriteLine($"{name}: {problems.Length} {(problems.Length == 1 ? "problem" : "problems")}");
            foreach (var problem in problems)
                Console.Out.WriteLine($"  {PrintableText.Of(problem.ToString())}");
        }
        catch (GpuRuntimeException exception)
        {
            Console.Out.WriteLine($"{name}: {exception.UserLine}");
        }

        return false;
    }
}
