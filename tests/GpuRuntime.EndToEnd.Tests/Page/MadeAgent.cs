using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Page;

/// <summary>
/// Serves the page's files with answers that a test makes, for hosts that cannot be had here. It cannot show that the agent answers so: the page of
/// the agent itself has tests of its own.
/// </summary>
internal sealed class MadeAgent : IDisposable
{
    private readonly HttpListener _listener = new();

    public MadeAgent(int gpus, int containers)
    {
        for (var port = 20_000 + (Environment.ProcessId % 10_000); ; port++)
        {
            Address = new Uri($"http://127.0.0.1:{port}/");
            _listener.Prefixes.Add(Address.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                _listener.Prefixes.Clear();
            }
        }

        Sample = MadeSample.Of(gpus, containers);
        History = MadeSample.HistoryOf(Sample);
        _ = AnswerAsync();
    }

    public Uri Address { get; }

    public JsonObject Sample { get; }

    public JsonObject History { get; }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var (type, body) = Answer(context.Request.Url!.AbsolutePath);
            context.Response.StatusCode = body is null ? 404 : 200;
            context.Response.ContentType = type;
            context.Response.Headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'";
            try
            {
                context.Response.Close(body ?? [], willBlock: false);
            }
            catch (HttpListenerException)
            {
                // The tab was closed.
            }
        }
    }

    private (string Type, byte[]? Body) Answer(string path)
    {
        switch (path)
        {
            case "/api/v1/gpus":
                Sample["time"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
                return ("application/json", Encoding.UTF8.GetBytes(Sample.ToJsonString()));
            case "/api/v1/history":
                return ("application/json", Encoding.UTF8.GetBytes(History.ToJsonString()));
            default:
                var file = Path.Combine(Repository.Root, "src/GpuRuntime.Agent/Web/Files", path == "/" ? "index.html" : Path.GetFileName(path));
                var type = Path.GetExtension(file) switch { ".html" => "text/html", ".js" => "text/javascript", ".css" => "text/css", _ => "image/svg+xml" };
                return (type, File.Exists(file) ? File.ReadAllBytes(file) : null);
        }
    }
}
