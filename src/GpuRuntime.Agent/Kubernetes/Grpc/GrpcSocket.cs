using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Agent.Kubernetes.Grpc;

/// <summary>Calls to a server behind a unix socket, with one message each way: HTTP/2 without TLS, by prior knowledge.</summary>
/// <param name="path">The socket. Whoever listens there when a call is made is called: a server that was restarted is another connection.</param>
internal sealed class GrpcSocket(string path) : IDisposable
{
    private const string ContentType = "application/grpc";
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const string Done = "0";
    private const int LongestMessage = 200;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        ConnectCallback = (_, cancellation) => SocketStream.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        // A quiet server's connection is not kept for the next call, which may come to another server.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
    });

    /// <param name="method">Such as <c>/v1.PodResourcesLister/List</c>.</param>
    /// <param name="longest">For the whole call.</param>
    /// <param name="most">Bytes of the answer.</param>
    /// <param name="cancellation">Ends the call with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="GrpcException">There is no answer, or it is none.</exception>
    public T Call<T>(string method, IMessage request, MessageParser<T> parser, TimeSpan longest, int most, CancellationToken cancellation = default)
        where T : IMessage<T>
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(longest);
        try
        {
            return CallAsync(method, request, parser, longest, most, deadline.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new GrpcException($"{path} has not answered within {longest.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds", exception);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new GrpcException($"what {path} answers is no message of this call", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            // Its own sentence names a host of ours that there is not.
            var reason = exception.GetBaseException() is SocketException socket ? $"{socket.SocketErrorCode}" : exception.GetBaseException().GetType().Name;
            throw new GrpcException($"{path} cannot be asked ({reason})", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> CallAsync<T>(string method, IMessage message, MessageParser<T> parser, TimeSpan longest, int most, CancellationToken cancellation)
        where T : IMessage<T>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://localhost{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Of(message)) { Headers = { ContentType = new MediaTypeHeaderValue(ContentType) } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.TryAddWithoutValidation("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{(long)longest.TotalMilliseconds}m"));
        using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new GrpcException($"{path} answers with HTTP status {(int)response.StatusCode}");
        // An answer without a message has its status in front.
        Check(response.Headers);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var answer = await GrpcFrame.ReadAsync(stream, most, cancellation).ConfigureAwait(false);
            if (answer is not null && await GrpcFrame.ReadAsync(stream, most, cancellation).ConfigureAwait(false) is not null)
                throw new GrpcException($"{path} answers with more than one message");
            Check(response.TrailingHeaders);
            if (answer is null || !response.TrailingHeaders.Contains(StatusHeader))
                throw new GrpcException($"{path} answers without {(answer is null ? "a message" : "a status")}");
            return parser.ParseFrom(answer);
        }
    }

    private void Check(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues(StatusHeader, out var status) || status.FirstOrDefault() is Done)
            return;
        var message = headers.TryGetValues(MessageHeader, out var messages) ? Uri.UnescapeDataString(messages.FirstOrDefault() ?? "") : "";
        throw new GrpcException($"{path} refuses with status {PrintableText.Of(status.FirstOrDefault() ?? "")}{(message.Length == 0 ? "" : $": {PrintableText.Of(message[..Math.Min(message.Length, LongestMessage)])}")}");
    }
}
