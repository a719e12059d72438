using System.Net;
using System.Net.Sockets;
using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Logging;
using GpuRuntime.Linux.Paths;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace GpuRuntime.Agent.Http;

/// <summary>The file of a unix socket, in a directory that is root's alone: what a dead agent left there is taken away, and nothing else.</summary>
internal sealed class UnixSocketFile
{
    private readonly string _path;

    private UnixSocketFile(string path) => _path = path;

    /// <summary>Makes room for the socket.</summary>
    /// <param name="cure">What to do where it cannot be there; a sentence without its end.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: it cannot be there.</exception>
    public static UnixSocketFile Prepare(string path, string cure)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (HostPlaces.Look(directory) is not { IsDirectory: true } place)
            throw Refused(path, $"{directory} is no directory", cure);
        if (!place.IsOursAlone)
            throw Refused(path, $"{directory} is not root's, or others may write to it", cure);
        switch (HostPlaces.Look(path))
        {
            case null:
                break;
            case { IsSocket: true, IsOursAlone: true }:
                if (IsAnswered(path))
                    throw Refused(path, "somebody else listens there", cure);
                File.Delete(path);
                break;
            default:
                throw Refused(path, "it is there, and is no socket of root's alone", cure);
        }

        return new UnixSocketFile(path);
    }

    /// <summary>A socket that is there, for Kestrel to listen on; root alone may connect.</summary>
    /// <param name="endPoint">Of this path.</param>
    /// <exception cref="LinuxException">It cannot be kept from others.</exception>
    public Socket Bind(EndPoint endPoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        try
        {
            HostPlaces.KeepToOwner(_path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Nobody listens any more.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next agent takes it away.
            StandardLines.WriteError($"gpu-runtime-agent: {exception.Message}");
        }
    }

    // Whoever listens there need not accept, nor be a listener of our kind: the file of none is told by the refusal alone.
    private static bool IsAnswered(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private static GpuRuntimeException Refused(string path, string reason, string cure) =>
        new(ErrorCode.AgentNotListening, $"The agent cannot listen on unix:{path}: {reason}. {cure}.");
}
