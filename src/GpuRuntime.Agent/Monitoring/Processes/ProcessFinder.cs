using GpuRuntime.Core.Monitoring.Processes;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>
/// Chooses the processes that a pass looks at, so that a pass costs about the same however many there are. The first pass looks at all. After that those
/// that are new are looked at soon and while they are young, and the others in turns, each about once a minute. The list of all processes is not read
/// in any pass but the first: the kernel tells by one number whether any began, and the turns go through the list a few at a time.
/// </summary>
/// <param name="look">Looks at a process: whether it is there.</param>
internal sealed class ProcessFinder(KernelFiles proc, Func<int, bool> look) : IDisposable
{
    // Beyond these, processes wait for their turn.
    private const int MostAtFirst = 16 << 10;
    private const int MostYoung = 64;

    private const int PassesOfARound = 60;
    private const int FewestInTurn = 8;
    private const int MostInTurn = 200;
    private const int PassesBetweenLists = 3;

    private readonly ProcessList _list = new(proc);
    private readonly YoungProcesses _young = new();
    private readonly IdleProcesses _idle = new(proc);
    private HashSet<int>? _listed;
    private int? _last;
    private int _passes;
    private int _count;
    private int _counted;

    /// <param name="now">Of a clock that does not run backwards.</param>
    /// <exception cref="LinuxException">Processes cannot be listed.</exception>
    public void Pass(TimeSpan now)
    {
        if (_passes == 0)
        {
            LookAtAll();
            _passes++;
            return;
        }

        _passes++;
        foreach (var pid in New())
            _young.Add(pid, now);
        for (var i = 0; i < MostYoung && _young.TryNext(now, out var next); i++)
        {
            if (look(next.Pid))
                _young.Again(next, now);
        }

        Turn();
    }

    /// <inheritdoc cref="ProcessList.Own"/>
    public int? Own() => _list.Own();

    public void Dispose() => _list.Dispose();

    private void LookAtAll()
    {
        // Before the list, so that none falls between the two.
        _last = _list.LastNumber();
        var all = _list.All();
        _count = all.Count;
        _listed = _last is null ? [.. all] : null;
        foreach (var pid in all.Take(MostAtFirst))
        {
            // For its first turn: what it has open now is looked at now.
            _ = _idle.IsUnchanged(pid);
            look(pid);
        }
    }

    private IEnumerable<int> New()
    {
        if (_listed is not null)
            return _passes % PassesBetweenLists == 0 ? NotListed(_listed) : [];
        var before = _last;
        _last = _list.LastNumber();
        if (_last is not { } last || before is not { } from || last == from)
            return [];
        // Numbers begin again from below when they are used up.
        return (last > from ? _list.Above(from) : null) ?? [.. _list.All().Where(pid => last > from ? pid > from : pid > from || pid <= last)];
    }

    private List<int> NotListed(HashSet<int> listed)
    {
        var all = _list.All();
        List<int> found = [.. all.Where(pid => !listed.Contains(pid))];
        _listed = [.. all];
        return found;
    }

    private void Turn()
    {
        var pids = _list.Next(Math.Clamp(_count / PassesOfARound, FewestInTurn, MostInTurn));
        foreach (var pid in pids)
        {
            if (!_idle.IsUnchanged(pid))
                look(pid);
        }

        _counted += pids.Count;
        if (pids.Count > 0)
            return;
        (_count, _counted) = (_counted, 0);
        _idle.EndRound();
    }
}
