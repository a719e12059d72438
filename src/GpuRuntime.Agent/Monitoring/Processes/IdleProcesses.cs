using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>
/// Processes with as many open files as before. Whoever opens a GPU mostly has more: in most turns that is all that is asked, which costs a fraction of
/// a look at each file.
/// </summary>
internal sealed class IdleProcesses(KernelFiles proc)
{
    // Whoever closed a file and opened a GPU is found in the turn after these.
    private const int MostTurns = 4;

    private readonly Dictionary<int, Seen> _seen = [];
    private readonly List<int> _gone = [];
    private int _round;

    /// <summary>Whether a look at the process can be left out this time.</summary>
    public bool IsUnchanged(int pid)
    {
        if (ProcessDrmClients.Count(proc, pid) is not { } files)
            return false;
        var isUnchanged = _seen.TryGetValue(pid, out var before) && before.Files == files && before.Turns < MostTurns;
        _seen[pid] = new Seen(files, isUnchanged ? before.Turns + 1 : 0, _round);
        return isUnchanged;
    }

    /// <summary>All processes had their turn: those that had none are not there any more.</summary>
    public void EndRound()
    {
        foreach (var (pid, seen) in _seen)
        {
            if (seen.Round != _round)
                _gone.Add(pid);
        }

        foreach (var pid in _gone)
            _seen.Remove(pid);
        _gone.Clear();
        _round++;
    }

    private readonly record struct Seen(OpenFiles Files, int Turns, int Round);
}
