using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Http;

/// <summary>Where the agent listens. Exactly one of the two is given, or neither: it does not listen.</summary>
/// <param name="EndPoint">An address and port of TCP.</param>
/// <param name="SocketPath">A unix socket; absolute.</param>
internal sealed record ListenAddress(IPEndPoint? EndPoint, string? SocketPath)
{
    public const string None = "none";
    public const string UnixPrefix = "unix:";

    private const string Localhost = "localhost";

    // sizeof(sockaddr_un.sun_path), with the NUL that ends it.
    private const int LongestSocketPath = 107;

    /// <summary>Only programs of this machine reach it.</summary>
    public bool IsLocal => EndPoint is not { } endPoint || IPAddress.IsLoopback(endPoint.Address);

    /// <summary>The agent listens nowhere.</summary>
    public bool IsNone => EndPoint is null && SocketPath is null;

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.AgentNotListening"/>: it is no such address.</exception>
    public static ListenAddress Parse(string text)
    {
        if (text == None)
            return new ListenAddress(null, null);
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = text[UnixPrefix.Length..];
            return path.StartsWith('/') && !path.EndsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(path) <= LongestSocketPath
                ? new ListenAddress(null, path)
                : throw Refused(text, $"after unix: an absolute path of at most {LongestSocketPath} bytes is wanted");
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw Refused(text, "it ends in no port");
        return Address(text[..colon]) is { } address ? new ListenAddress(new IPEndPoint(address, port), null) : throw Refused(text, "it begins with no IP address; addresses of version 6 stand in brackets");
    }

    public override string ToString() => EndPoint?.ToString() ?? (SocketPath is { } path ? UnixPrefix + path : None);

    private static IPAddress? Address(string text)
    {
        if (text == Localhost)
            return IPAddress.Loopback;
        if (text is ['[', .. var inner, ']'])
            // IPAddress takes brackets of its own, and a port behind them.
            return !inner.Contains('[', StringComparison.Ordinal) && IPAddress.TryParse(inner, out var six) && six.AddressFamily == AddressFamily.InterNetworkV6 ? six : null;
        // IPAddress takes numbers like "1" too, and those that begin with 0 for octal ones.
        return IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == text ? four : null;
    }

    private static GpuRuntimeException Refused(string text, string reason) => new(
        ErrorCode.AgentNotListening,
        $"{PrintableText.Quote(text)} is nowhere to listen: {reason}. Give ADDRESS:PORT such as 127.0.0.1:9400, unix:PATH, or none (--listen, or agent.listen in the configuration).");
}
