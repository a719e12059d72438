using System.Net.Sockets;
using System.Text;
using GpuRuntime.Linux.Logging;

namespace GpuRuntime.Agent.Serving;

/// <summary>Tells the service manager how the service is. https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html</summary>
internal static class ServiceManager
{
    private const string Variable = "NOTIFY_SOCKET";

    public static void Ready() => Tell("READY=1");

    /// <summary>It still does its work: the manager ends one that does not say so (WatchdogSec=).</summary>
    public static void Alive() => Tell("WATCHDOG=1");

    public static void Stopping() => Tell("STOPPING=1");

    private static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 1 } name || name[0] is not ('/' or '@'))
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name));
        }
        catch (SocketException exception)
        {
            StandardLines.WriteError($"gpu-runtime-agent: the service manager cannot be told {state}: {exception.Message}");
        }
    }
}
