namespace GpuRuntime.EndToEnd.Tests;

/// <summary>Fields of a process's status. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html</summary>
internal static class ProcessStatus
{
    public const int State = 3;
    public const int UserTime = 14;
    public const int SystemTime = 15;
    public const int StartTime = 22;

    /// <param name="number">Counted from 1, as the manual does; those behind the program's name, which may hold anything.</param>
    /// <exception cref="IOException">There is no such process.</exception>
    public static string Field(int pid, int number)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[number - State];
    }
}
