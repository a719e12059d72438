using System.Text;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Tests;

/// <summary>What can only be seen by a process of its own: this assembly, started as a program.</summary>
internal static class ChildProgram
{
    private const string UserNamespace = "user-namespace";
    private const string Become = "become";

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

    private static void Main(string[] arguments)
    {
        switch (arguments)
        {
            case [UserNamespace]:
                Console.WriteLine(OwnProgram.IsInUserNamespace);
                break;
            case [Become, var program, .. var rest]:
                Console.WriteLine(Environment.ProcessId);
                LowLevelRuntime.Become(program, [.. rest.Select(argument => Encoding.UTF8.GetBytes(argument + "\0"))]);
                break;
        }
    }
}
