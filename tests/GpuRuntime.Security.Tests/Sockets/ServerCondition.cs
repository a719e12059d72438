using System.Diagnostics;
using System.Globalization;
using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>How a server was before it was attacked, and in what it is worse since.</summary>
internal sealed class ServerCondition
{
    /// <summary>The agent's places.</summary>
    public const int MostConnections = 256;

    // What the runtime opens once, when it first needs it.
    private const int SpareDescriptors = 8;

    // The garbage collector's youngest generation and the pools that it fills once.
    private const long SpareBytes = 48L << 20;

    // The agent's limits: headers 8 KiB, 16 KiB of what it has not read yet, 64 KiB of what the client has not, and as much for TLS.
    private const long BytesOfConnection = 192 << 10;

    private readonly int _pid;
    private readonly AgentDoor _door;
    private readonly Func<IReadOnlyList<string>> _log;
    private readonly string _startTime;
    private readonly int _descriptors;
    private readonly long _peakBytes;
    private readonly int _logLines;

    /// <param name="log">The lines that it has written for people.</param>
    public ServerCondition(int pid, AgentDoor door, Func<IReadOnlyList<string>> log)
    {
        (_pid, _door, _log) = (pid, door, log);
        (_startTime, _descriptors, _peakBytes, _logLines) = (StartTime(pid), Descriptors(pid), PeakBytes(pid), log().Count);
    }

    public static ServerCondition Of(ServedAgent agent, int mostLogLines = 5) => new(agent.Process.Id, agent.Door, () => agent.Process.Warnings) { MostLogLines = mostLogLines };

    /// <summary>Descriptors that it has more than before.</summary>
    public int MoreDescriptors => Descriptors(_pid) - _descriptors;

    /// <summary>How many lines it may write for people meanwhile.</summary>
    public int MostLogLines { get; init; } = 5;

    /// <summary>How long it may keep a descriptor of a client that is gone.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>More than it may: of connections that it still has.</summary>
    public bool KeepsDescriptors => MoreDescriptors > SpareDescriptors;

    /// <summary>What is worse now that all clients are gone; nothing, when it is as it was.</summary>
    /// <param name="connections">That it has had at a time.</param>
    public async Task<IReadOnlyList<string>> ComplaintsAsync(int connections = MostConnections)
    {
        var complaints = new List<string>();
        if (await Scraper.TryAsync(_door, "/healthz") is not { Status: 200 } reply)
            complaints.Add("it does not answer");
        else if (reply.Text != "ok\n")
            complaints.Add($"it answers {reply.Text}");
        foreach (var line in _log().Where(static line => !IsSentence(line)))
            complaints.Add($"it wrote what is no sentence of its log: {line}");
        if (_log().Count - _logLines > MostLogLines)
            complaints.Add($"it wrote {_log().Count - _logLines} lines to its log");
        if (!File.Exists($"/proc/{_pid}/exe") || StartTime(_pid) != _startTime)
        {
            complaints.Add("its process is gone");
            return complaints;
        }

        for (var clock = Stopwatch.StartNew(); KeepsDescriptors && clock.Elapsed < Patience; await Task.Delay(50))
        {
        }

        if (KeepsDescriptors)
            complaints.Add($"it keeps {MoreDescriptors} descriptors");
        if (ComplaintOfMemory(connections) is { } memory)
            complaints.Add(memory);
        return complaints;
    }

    // By the most that it ever had: what is given back meanwhile counts too.
    private string? ComplaintOfMemory(int connections)
    {
        var more = PeakBytes(_pid) - _peakBytes;
        return more > SpareBytes + (connections * BytesOfConnection) ? $"it takes {more >> 20} MiB more" : null;
    }

    private static bool IsSentence(string line) =>
        line.StartsWith("gpu-runtime-agent: ", StringComparison.Ordinal) && !line.Contains("Exception", StringComparison.Ordinal);

    // No two processes of one pid have the same.
    private static string StartTime(int pid) => ProcessStatus.Field(pid, ProcessStatus.StartTime);

    private static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    private static long PeakBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").Single(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Trim(), CultureInfo.InvariantCulture) << 10;
    }
}
