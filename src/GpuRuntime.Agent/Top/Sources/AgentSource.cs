using System.Net;
using System.Net.Http.Headers;
using GpuRuntime.Agent.Http;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Top.Sources;

/// <summary>An agent that runs, asked over HTTP.</summary>
internal sealed class AgentSource : ISampleSource
{
    private const string SamplePage = "api/v1/gpus";
    private const string PastPage = "api/v1/history";
    private const int LargestAnswer = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly AgentAddress _address;
    private readonly HttpClient _client;
    private readonly bool _hasToken;

    public AgentSource(AgentAddress address, RuntimeConfiguration configuration)
    {
        _address = address;
        var isEncrypted = configuration.AgentTlsCertificate.Length > 0 && address.EndPoint is IPEndPoint;
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectCallback = (_, stop) => SocketStream.ConnectAsync(address.EndPoint, stop) };
        if (isEncrypted)
            handler.SslOptions.RemoteCertificateValidationCallback = AgentCertificate.Checks(configuration.AgentTlsCertificate);
        _client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"{(isEncrypted ? "https" : "http")}://{(address.EndPoint is IPEndPoint tcp ? tcp.ToString() : "localhost")}/"),
            Timeout = Patience,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (AgentToken.TryRead(configuration.AgentTokenFile) is not { } token)
            return;
        _hasToken = true;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string Name => $"agent {_address.Text}";

    public HostSample Take() => Ask(SamplePage, SampleReader.Read);

    public HostPast Past()
    {
        try
        {
            return Ask(PastPage, PastReader.Read);
        }
        catch (GpuRuntimeException)
        {
            // What is missed is the beginning of a line; what the agent has to say otherwise, samples tell.
            return HostPast.None;
        }
    }

    public void Dispose() => _client.Dispose();

    private T Ask<T>(string page, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            using var answer = _client.GetAsync(page).GetAwaiter().GetResult();
            if (!answer.IsSuccessStatusCode)
                throw Unreachable(Refusal(answer.StatusCode), null);
            return read(answer.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult());
        }
        catch (FormatException exception)
        {
            throw Unreachable($"answers what is not understood: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw Unreachable($"does not answer within {Patience.TotalSeconds:0} seconds", exception);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable($"does not answer: {(exception.InnerException ?? exception).Message.TrimEnd('.')}", exception);
        }
    }

    private string Refusal(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => _hasToken ? "does not accept the token of agent.tokenFile" : "wants a token, and agent.tokenFile names none that can be read here",
        HttpStatusCode.ServiceUnavailable => "has no sample at this moment",
        _ => $"answers with status {(int)status}",
    };

    private GpuRuntimeException Unreachable(string what, Exception? exception) =>
        new(ErrorCode.AgentUnreachable, $"The agent at {PrintableText.Quote(_address.Text)} {what}.", exception);
}
