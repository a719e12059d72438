using System.Collections.Frozen;
using System.Net;
using GpuRuntime.Core.Errors;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace GpuRuntime.Agent.Http;

/// <summary>Answers requests: a fixed set of paths, GET and HEAD, and nothing else.</summary>
/// <param name="address">Where it listens; by TCP on loopback only the names of loopback are answered.</param>
/// <param name="token">The token that clients must show; <see langword="null"/>: none.</param>
/// <param name="report">Told, in one sentence, of what went wrong here.</param>
internal sealed class RequestHandler(ListenAddress address, IEnumerable<IHttpRoute> routes, BearerToken? token, Action<string> report) : IHttpApplication<HttpContext>
{
    // Of a longer answer as much is copied as the client takes.
    private const int PieceBytes = 64 << 10;

    private const long MostHeldBytes = 32 << 20;

    private readonly FrozenDictionary<string, IHttpRoute> _routes = routes.ToFrozenDictionary(route => route.Path, StringComparer.Ordinal);
    private readonly HeldAnswers _held = new(MostHeldBytes);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        context.Features.Get<ConnectionPlace>()?.Use();
        HttpAnswer answer;
        try
        {
            answer = Answer(context.Request, context.Response);
        }
        catch (Exception exception)
        {
            // Nobody outside is told what it is.
            report($"{PrintableText.Of(context.Request.Path)} could not be answered: {exception.GetType().Name}: {exception.Message}");
            answer = HttpAnswer.Text(StatusCodes.Status500InternalServerError, "This could not be answered; the agent's log says why.");
        }

        if (_held.Hold(answer.Body, context.Abort) is not { } held)
        {
            await GiveAsync(context, HttpAnswer.Text(StatusCodes.Status503ServiceUnavailable, $"The answer has more than {MostHeldBytes >> 20} MiB.")).ConfigureAwait(false);
            return;
        }

        try
        {
            await GiveAsync(context, answer).ConfigureAwait(false);
        }
        finally
        {
            _held.Release(held);
        }
    }

    private static async Task GiveAsync(HttpContext context, HttpAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = answer.ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        for (var rest = answer.Body; !rest.IsEmpty; rest = rest[Math.Min(PieceBytes, rest.Length)..])
            await response.BodyWriter.WriteAsync(rest[..Math.Min(PieceBytes, rest.Length)], context.RequestAborted).ConfigureAwait(false);
    }

    private HttpAnswer Answer(HttpRequest request, HttpResponse response)
    {
        if (!IsForUs(request.Host))
            return HttpAnswer.Text(StatusCodes.Status421MisdirectedRequest, "This name is not the agent's.");
        if (!_routes.TryGetValue(request.Path.Value ?? "", out var route))
            return HttpAnswer.Text(StatusCodes.Status404NotFound, "There is nothing here.");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            return HttpAnswer.Text(StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD are answered.");
        }

        if (token is not null && !route.IsPublic && !token.IsShownBy(request.Headers.Authorization))
        {
            response.Headers.WWWAuthenticate = "Bearer realm=\"gpu-runtime-agent\"";
            return HttpAnswer.Text(StatusCodes.Status401Unauthorized, "Show the token: Authorization: Bearer TOKEN.");
        }

        return route.Answer(new HttpQuestion(request.Headers.Accept.ToString(), request.QueryString.Value ?? ""));
    }

    // A page from elsewhere, whose name was made to lead to this machine, asks under that name.
    private bool IsForUs(HostString host) =>
        address.EndPoint is null || !address.IsLocal
        || !host.HasValue
        || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var asked) && (IPAddress.IsLoopback(asked) || asked.Equals(address.EndPoint.Address)));
}
