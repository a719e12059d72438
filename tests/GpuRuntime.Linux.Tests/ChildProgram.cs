using System.Text;
using GpuRuntime.Linux.Monitoring;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Tests;

/// <summary>What can only be seen by a process of its own: this assembly, started as a program.</summary>
internal static class ChildProgram
{
    private const string UserNamespace = "user-namespace";
    private const string Become = "become";
    private const string ReadSensors = "read-sensors";

    /// <summary>Starts it, behind another program such as <c>unshare</c> where one is given.</summary>
    public static string Run(string[] through, params string[] arguments)
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var self = typeof(ChildProgram).Assembly.Location;
        string[] command = [.. through, Path.GetFullPath(Path.Combine(runtime, "../../../dotnet")), "exec", self, .. arguments];
        return Command.Run(command[0], command[1..]).TrimEnd('\n');
    }

    public static string AskUserNamespace(params string[] through) => Run(through, UserNamespace);

    /// <summary>The first line is the process id of the one that becomes the program.</summary>
    public static string BecomeProgram(string environment, string program, params string[] arguments) => Run(["env", environment], [Become, program, .. arguments]);

    /// <summary>Reads so many files, twice, with so few descriptors: how many were read, each time.</summary>
    public static string ReadSensorFiles(string root, int files, int descriptors) =>
        Run(["prlimit", $"--nofile={descriptors}:{descriptors}"], ReadSensors, root, files.ToString());

    private static void Main(string[] arguments)
    {
        switch (arguments)
        {
            case [UserNamespace]:
                Console.WriteLine(OwnProgram.IsInUserNamespace);
                break;
            case [ReadSensors, var root, var count]:
                using (var files = new SensorFiles(root, "device", TimeProvider.System))
                {
                    for (var pass = 0; pass < 2; pass++)
                        Console.WriteLine(Enumerable.Range(0, int.Parse(count)).Count(number => files.ReadText($"file{number}") == $"{number}"));
                }

                break;
            case [Become, var program, .. var rest]:
                Console.WriteLine(Environment.ProcessId);
                LowLevelRuntime.Become(program, [.. rest.Select(argument => Encoding.UTF8.GetBytes(argument + "\0"))]);
                break;
        }
    }
}
