using System.Collections.Concurrent;
using System.Net;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.Security.Tests.Sockets;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>Who tries tokens learns nothing but that they are wrong, and fills no log.</summary>
[Category("T9")]
public sealed class WrongTokenRows() : SocketFixture(DoorKind.Tls)
{
    private const int Tries = 1000;

    private static readonly string[] Paths = ["metrics", "api/v1/gpus", "api/v1/history"];

    [Test]
    public async Task A_thousand_wrong_tokens_get_the_same_answer_and_write_no_line()
    {
        var agent = await StartAsync();
        var before = ServerCondition.Of(agent);
        var lines = agent.Process.Warnings.Count;
        using var client = Client(agent.Door);
        var answers = new ConcurrentBag<(HttpStatusCode, string)>();

        await Parallel.ForEachAsync(Enumerable.Range(1, Tries), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (seed, _) =>
            answers.Add(await AskAsync(client, Paths[seed % Paths.Length], Wrong(new Random(seed)))));

        Assert.That(answers.Distinct(), Is.EqualTo(((HttpStatusCode, string)[])[(HttpStatusCode.Unauthorized, "Show the token: Authorization: Bearer TOKEN.\n")]));
        Assert.That(agent.Process.Warnings, Has.Count.EqualTo(lines));
        Assert.That((await AskAsync(client, Paths[0], $"Bearer {Token}")).Status, Is.EqualTo(HttpStatusCode.OK), "the right one is let in by the same way");
        client.Dispose();
        Assert.That(await before.ComplaintsAsync(16), Is.Empty);
    }

    private static HttpClient Client(AgentDoor door) =>
        new(new SocketsHttpHandler { ConnectCallback = async (_, _) => await door.ConnectAsync() }) { BaseAddress = new Uri("http://localhost/") };

    private static async Task<(HttpStatusCode Status, string Content)> AskAsync(HttpClient client, string path, string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        Assert.That(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The right one, and something wrong with it.</summary>
    private static string Wrong(Random random)
    {
        var at = random.Next(Token.Length);
        return random.Next(8) switch
        {
            0 => $"Bearer {Token[..at]}",
            1 => $"Bearer {Token[at..]}{(at == 0 ? "0" : "")}",
            2 => $"Bearer {Token}{Token[at]}",
            3 => $"Bearer {Token[..at]}{(Token[at] == '0' ? '1' : '0')}{Token[(at + 1)..]}",
            4 => $"Basic {Token}",
            5 => Token,
            6 => $"Bearer {Convert.ToHexString(BitConverter.GetBytes(random.NextInt64()))}",
            _ => $"Bearer {new string((char)random.Next('a', 'z' + 1), random.Next(0, 7000))}",
        };
    }
}
