using System.Diagnostics;
using System.Globalization;
using System.Net;
using GpuRuntime.EndToEnd.Tests.Monitoring;
using GpuRuntime.Security.Tests.Tools;

namespace GpuRuntime.Security.Tests.Sockets;

/// <summary>A server with one fault, by which is seen that the attacks and checks of these tests find such a fault. Scrapes alone are answered rightly.</summary>
internal sealed class WeakServer : IAsyncDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <arpa/inet.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>

        static const char scrape[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

        int main(int argc, char **argv)
        {
            const char *fault = argc > 1 ? argv[1] : "";
            struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
            socklen_t size = sizeof address;
            int listener = socket(AF_INET, SOCK_STREAM, 0);
            if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 512) || getsockname(listener, (struct sockaddr *)&address, &size))
                return 1;
            signal(SIGPIPE, SIG_IGN);
            printf("%d\n", ntohs(address.sin_port));
            fflush(stdout);
            for (;;) {
                static char request[1 << 16];
                int client = accept(listener, NULL, NULL);
                ssize_t count = recv(client, request, sizeof request - 1, 0);
                request[count < 0 ? 0 : count] = 0;
                if (strncmp(request, scrape, sizeof scrape - 1) != 0) {
                    if (!strcmp(fault, "dies") && count > 0 && memchr(request, 0, count))
                        abort();
                    if (!strcmp(fault, "hangs") && !strstr(request, "\r\n\r\n"))
                        continue;
                    if (!strcmp(fault, "talks"))
                        fputs("Unhandled exception. System.FormatException: one\n   at Server.Parse(String)\n", stderr);
                    if (!strcmp(fault, "grows"))
                        memset(malloc(2 << 20), 1, 2 << 20);
                    if (!strcmp(fault, "leaks"))
                        dup(client);
                }
                send(client, answer, sizeof answer - 1, 0);
                shutdown(client, SHUT_RDWR);
                close(client);
            }
        }
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _prefix;

    private WeakServer(Process process, string prefix, int port) => (_process, _prefix, Door) = (process, prefix, new AgentDoor(new IPEndPoint(IPAddress.Loopback, port)));

    public AgentDoor Door { get; }

    /// <returns>The program of all of them.</returns>
    public static Task<string> BuildAsync(TestDirectory directory) => CProgram.BuildAsync(directory.FullPath, "weak-server", Source);

    public static async Task<WeakServer> StartAsync(string program, string fault, string prefix)
    {
        var process = Command.Of(program, fault).Start(prefix);
        int port;
        for (var clock = Stopwatch.StartNew(); !TryReadPort($"{prefix}.out", out port); await Task.Delay(20))
        {
            if (clock.Elapsed <= Limit)
                continue;
            await PrivateProcesses.StopAsync(process);
            Assert.Fail("the server does not listen");
        }

        return new WeakServer(process, prefix, port);
    }

    public ServerCondition Condition() => new(_process.Id, Door, () => File.ReadAllLines($"{_prefix}.err")) { Patience = TimeSpan.FromSeconds(1) };

    public async ValueTask DisposeAsync()
    {
        await PrivateProcesses.StopAsync(_process);
        _process.Dispose();
    }

    private static bool TryReadPort(string path, out int port)
    {
        port = 0;
        return File.Exists(path) && File.ReadAllText(path) is [.., '\n'] text && int.TryParse(text, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out port);
    }
}
