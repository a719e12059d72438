using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Monitoring;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Allocations;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Agent.Monitoring.Processes;

/// <summary>
/// Follows the processes of the host that use AMD's and Intel's GPUs, as DRM (<c>/proc/PID/fdinfo</c>) and KFD tell of them. Those that are known to use
/// one are read in each pass; <see cref="ProcessFinder"/> finds them. A host without such a GPU is not looked at.
/// </summary>
/// <remarks>
/// A process keeps a GPU busy as much as the kind of engine that it keeps busiest: two kinds at work at the same time are no two GPUs. Of AMD's compute
/// programs, whose queues no counter tells of, it is how much of the GPU their waves fill at the moment of the reading, and the time that they kept it
/// busy is not known. A program that ends within a second may not be seen.
/// </remarks>
internal sealed class ProcessLook : IProcessLook
{
    // Of each pass. On a host with more, processes are read in turns, and are known as they were a few seconds ago.
    private const int MostFiles = 128;

    // Of one process. No program has so many, and nobody can make a pass endless.
    private const int MostClients = 256;

    // Whoever has nothing that would be read is asked for whether it is there.
    private const int PassesBetweenProofs = 32;

    // Looked at again in each pass.
    private const int MostUnreadable = 4;

    private const int NoProcess = 0;

    private readonly RuntimeConfiguration _configuration;
    private readonly SortedList<int, GpuUser> _users = [];
    private readonly Dictionary<ClientKey, GpuUser> _owners = [];
    private readonly SortedDictionary<int, string> _unreadable = [];
    private readonly UnitEngines _engines = new();
    private ImmutableArray<HeldUnit> _given = [];
    private ProcessUnits _units = ProcessUnits.None;
    private KernelFiles? _proc;
    private KernelFiles? _sys;
    private ProcessFinder? _finder;
    private string? _kfdProblem;
    private TimeSpan _now;
    private int _lastRead;
    private int _lastUnreadable;
    private int _passes;
    private int? _own;

    public ProcessLook(RuntimeConfiguration configuration) => _configuration = configuration;

    public ProcessLookResult Read(ImmutableArray<HeldUnit> units, TimeSpan now)
    {
        if (units != _given)
        {
            _units = ProcessUnits.Of(units, _configuration);
            _given = units;
            foreach (var user in _users.Values)
                user.Rebind(_units);
        }

        if (_units.IsEmpty)
        {
            Forget();
            return ProcessLookResult.Nothing;
        }

        _now = now;
        _proc ??= new KernelFiles(_configuration.Proc);
        _sys ??= new KernelFiles(_configuration.Sys);
        _finder ??= new ProcessFinder(_proc, Look);
        _passes++;
        _own ??= _finder.Own() ?? NoProcess;
        _finder.Pass(now);
        LookAgain();
        FindKfd();
        ReadKnown();
        return Result();
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _finder?.Dispose();
        _proc?.Dispose();
        _sys?.Dispose();
        (_finder, _proc, _sys) = (null, null, null);
        _users.Clear();
        _owners.Clear();
        _unreadable.Clear();
    }

    // Whether it is there.
    private bool Look(int pid)
    {
        // Whoever asks drivers opens their devices.
        if (pid == _own)
            return false;
        try
        {
            var files = ProcessDrmClients.Find(_proc!, pid);
            _unreadable.Remove(pid);
            if (_users.TryGetValue(pid, out var user))
                Hold(user, files ?? []);
            else if (files is { Count: > 0 })
                Begin(pid, files);
            return files is not null;
        }
        catch (LinuxException exception)
        {
            _unreadable[pid] = exception.Message;
            return true;
        }
    }

    private void Begin(int pid, IReadOnlyList<DrmFile> files)
    {
        if (ProcessStat.Of(_proc!, pid) is not { } process)
            return;
        var user = new GpuUser(process);
        _users[pid] = user;
        Hold(user, files);
        // Its turn may come only some passes later.
        ReadKfd(user);
    }

    // Those that have ended are in no list any more, and others may be readable by now.
    private void LookAgain()
    {
        for (var i = 0; i < MostUnreadable && _unreadable.Count > 0; i++)
        {
            var next = _unreadable.Keys.FirstOrDefault(pid => pid > _lastUnreadable);
            _lastUnreadable = next == NoProcess ? _unreadable.Keys.First() : next;
            Look(_lastUnreadable);
        }
    }

    private void Hold(GpuUser user, IReadOnlyList<DrmFile> files)
    {
        var found = new List<HeldClient>();
        foreach (var file in files)
        {
            // Files of other drivers are left out, and duplicates.
            if (found.Count <= MostClients && _units.Of(file.Client.Address) is not null && !found.Exists(client => client.Key == ClientKey.Of(file.Client)))
                found.Add(new HeldClient(file, _now));
        }

        // A process that has nothing of what it had may be another one with its number.
        if (!user.Clients.Exists(client => found.Exists(other => other.Key == client.Key)))
        {
            var process = ProcessStat.Of(_proc!, user.Process.Pid);
            if (process != user.Process)
            {
                End(user);
                if (process is null)
                    return;
                user = new GpuUser(process);
                _users[process.Pid] = user;
            }
        }

        user.IsKnownInPart = found.Count > MostClients;
        foreach (var key in user.Owned.Where(key => !found.Exists(client => client.Key == key)).ToList())
            Release(user, key);
        foreach (var client in user.Hold(found))
        {
            if (Own(user, client))
                user.CountUntil(client);
        }

        user.FollowKfd(_sys!, _units);
    }

    // Compute programs are listed, and need not be looked for.
    private void FindKfd()
    {
        _kfdProblem = null;
        if (_units.ByKfdId.IsEmpty)
            return;
        try
        {
            foreach (var name in _sys!.List(KfdProcess.Directory))
            {
                if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                    continue;
                if (!_users.ContainsKey(pid))
                    Look(pid);
                if (!_users.TryGetValue(pid, out var user))
                    Begin(pid, []);
                else if (user.Kfd.Count == 0)
                    user.FollowKfd(_sys, _units);
            }
        }
        catch (LinuxException exception)
        {
            _kfdProblem = $"What AMD's compute driver (KFD) tells of processes cannot be read: {exception.Message}.";
        }
    }

    private void ReadKnown()
    {
        var files = 0;
        for (var left = _users.Count; left > 0 && _users.Count > 0 && files < MostFiles; left--)
        {
            var user = After(_lastRead);
            _lastRead = user.Process.Pid;
            files += Read(user);
        }
    }

    // The next one in turns.
    private GpuUser After(int pid)
    {
        var (first, end) = (0, _users.Count);
        while (first < end)
        {
            var middle = (first + end) / 2;
            (first, end) = _users.GetKeyAtIndex(middle) <= pid ? (middle + 1, end) : (first, middle);
        }

        return _users.GetValueAtIndex(first % _users.Count);
    }

    // How many files were read.
    private int Read(GpuUser user)
    {
        var count = 1;
        try
        {
            var (updated, isChanged) = (new List<HeldClient>(), false);
            foreach (var client in user.Clients)
            {
                // What was found in this pass was read in it.
                if (client.Time >= _now || !Own(user, client))
                    continue;
                count++;
                if (ProcessDrmClients.Read(_proc!, client.Path) is { } read && ClientKey.Of(read) == client.Key)
                {
                    client.Update(read, _now);
                    updated.Add(client);
                }
                else
                {
                    isChanged = true;
                }
            }

            user.Count(updated);
            // KFD's files go by the number of a process alone, which may be another's by now.
            if (isChanged || (updated.Count == 0 && IsProofDue(user) && ProcessStat.Of(_proc!, user.Process.Pid) != user.Process))
                Hold(user, ProcessDrmClients.Find(_proc!, user.Process.Pid) ?? []);
            if (_users.TryGetValue(user.Process.Pid, out var still))
                count += ReadKfd(still);
            _unreadable.Remove(user.Process.Pid);
        }
        catch (LinuxException exception)
        {
            _unreadable[user.Process.Pid] = exception.Message;
        }

        return count;
    }

    private int ReadKfd(GpuUser user)
    {
        var count = user.ReadKfd(_sys!, _now);
        user.Conclude(_units);
        user.IsRead = true;
        return count;
    }

    private bool IsProofDue(GpuUser user) => user.Kfd.Count > 0 || (user.Process.Pid + _passes) % PassesBetweenProofs == 0;

    // A file that several processes have open is counted for the first that was found with it, as long as that one has it.
    private bool Own(GpuUser user, HeldClient client)
    {
        if (_owners.TryGetValue(client.Key, out var owner))
            return owner == user;
        _owners[client.Key] = user;
        user.Owned.Add(client.Key);
        if (client.Time < _now)
            client.BeginAnew();
        return true;
    }

    private void Release(GpuUser user, ClientKey key)
    {
        user.Owned.Remove(key);
        _owners.Remove(key);
    }

    private void End(GpuUser user)
    {
        foreach (var key in user.Owned.ToList())
            Release(user, key);
        _users.Remove(user.Process.Pid);
    }

    private ProcessLookResult Result()
    {
        // Most use one GPU.
        var processes = ImmutableArray.CreateBuilder<GpuProcess>(_users.Count);
        _engines.Begin();
        foreach (var user in _users.Values)
        {
            foreach (var activity in user.Activities)
            {
                processes.Add(activity.Use);
                _engines.Add(activity);
            }
        }

        var problems = ImmutableArray.CreateBuilder<string>();
        if (_unreadable.Count > 0)
            problems.Add($"What {_unreadable.Count} {(_unreadable.Count == 1 ? "process uses" : "processes use")} of GPUs is not known, process {_unreadable.Keys.First()} among them: {_unreadable.Values.First()}.");
        if (_users.Values.FirstOrDefault(user => user.IsKnownInPart) is { } excessive)
            problems.Add($"What process {excessive.Process.Pid} uses of GPUs is not known: it has more than {MostClients} DRM files open.");
        if (_kfdProblem is not null)
            problems.Add(_kfdProblem);
        // Of those that are known there is what they used last.
        var isWhole = _kfdProblem is null && _unreadable.Keys.All(pid => _users.TryGetValue(pid, out var user) && user.IsRead) && !_users.Values.Any(user => user.IsKnownInPart);
        return new ProcessLookResult(
            processes.DrainToImmutable(),
            _unreadable.Count > 0 ? ProcessLookResult.Nothing.Engines : _engines.Result(_units),
            problems.DrainToImmutable())
        {
            IsWhole = isWhole,
        };
    }
}
