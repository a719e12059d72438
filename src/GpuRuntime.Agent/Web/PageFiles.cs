using System.Collections.Immutable;
using GpuRuntime.Agent.Http;
using Microsoft.AspNetCore.Http;

namespace GpuRuntime.Agent.Web;

/// <summary>The page and its files, which are part of the program. They hold nothing of the host: what they show they ask the API for.</summary>
internal static class PageFiles
{
    // Nothing but these files, from nowhere but here.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly (string Path, string Name, string ContentType)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/app.js", "app.js", "text/javascript; charset=utf-8"),
        ("/chart.js", "chart.js", "text/javascript; charset=utf-8"),
        ("/format.js", "format.js", "text/javascript; charset=utf-8"),
        ("/style.css", "style.css", "text/css; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    public static ImmutableArray<IHttpRoute> Routes() => [.. Files.Select(file => new FileRoute(file.Path, file.ContentType, Content(file.Name)))];

    private static byte[] Content(string name)
    {
        using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream($"page/{name}") ?? throw new InvalidOperationException($"{name} is not part of this program");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private sealed class FileRoute(string path, string contentType, byte[] content) : IHttpRoute
    {
        private readonly HttpAnswer _answer = new(StatusCodes.Status200OK, contentType, content) { ContentSecurityPolicy = Policy };

        public string Path => path;

        public bool IsPublic => true;

        public HttpAnswer Answer(HttpQuestion question) => _answer;
    }
}
