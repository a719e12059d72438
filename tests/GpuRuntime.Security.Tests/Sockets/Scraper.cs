using System.Globalization;
using System.Net.Sockets;
using System.Text;
using GpuRuntime.EndToEnd.Tests.Monitoring;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>Asks as an honest scraper does: a connection a question, once, and no longer than Prometheus waits by default.</summary>
internal static class Scraper
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>What came, whole; <see langword="null"/> when it was not let in, or not answered.</returns>
    public static async Task<RawReply?> TryAsync(AgentDoor door, string path, params string[] headers)
    {
        try
        {
            return await AskAsync(door, path, headers).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is IOException or SocketException or TimeoutException)
        {
            return null;
        }
    }

    private static async Task<RawReply?> AskAsync(AgentDoor door, string path, string[] headers)
    {
        await using var stream = await door.ConnectAsync();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{string.Concat(headers.Select(static header => header + "\r\n"))}\r\n"));
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return RawReply.Parse(bytes.ToArray()) is { } reply && reply.Headers["Content-Length"] == reply.Content.Length.ToString(CultureInfo.InvariantCulture) ? reply : null;
    }
}
