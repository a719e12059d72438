namespace GpuRuntime.Agent.Http;

/// <summary>What is asked of a route.</summary>
/// <param name="Accept">The header, or empty.</param>
/// <param name="Query">What follows the path, with its question mark, or empty.</param>
internal sealed record HttpQuestion(string Accept, string Query);

/// <summary>What a route answers.</summary>
/// <param name="Body">Never changed once it is given: many may be reading it.</param>
internal sealed record HttpAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public const string PlainText = "text/plain; charset=utf-8";
    public const string Json = "application/json";

    /// <summary>Of what a page may be made; nothing by default.</summary>
    public string ContentSecurityPolicy { get; init; } = "default-src 'none'; frame-ancestors 'none'";

    public static HttpAnswer Text(int status, string line) => new(status, PlainText, System.Text.Encoding.UTF8.GetBytes($"{line}\n"));
}

/// <summary>One path, and what is served there.</summary>
internal interface IHttpRoute
{
    /// <summary>Compared whole, from its slash.</summary>
    string Path { get; }

    /// <summary>It may be served without the token: it holds nothing of this host.</summary>
    bool IsPublic => false;

    /// <summary>Called by several threads.</summary>
    HttpAnswer Answer(HttpQuestion question);
}
