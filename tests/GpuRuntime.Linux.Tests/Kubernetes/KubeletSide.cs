using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>gRPC's own library for Python in the kubelet's place, which does as it is told: <c>device-plugin-kubelet.py</c>.</summary>
internal sealed class KubeletSide : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    private KubeletSide(Process process) => _process = process;

    /// <param name="directory">Where the plugins' sockets are.</param>
    public static KubeletSide Start(string directory)
    {
        if (!File.Exists(Python) || Command.Try("python3", "-c", "import grpc, grpc_tools").Status != 0)
            Assert.Ignore("gRPC for Python is not installed (python3-grpcio, python3-grpc-tools)");
        var start = new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Kubernetes/device-plugin-kubelet.py"), directory])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var side = new KubeletSide(Process.Start(start)!);
        if (side._process.StandardOutput.ReadLine() == "ready")
        {
            side._process.BeginErrorReadLine();
            return side;
        }

        var error = side._process.StandardError.ReadToEnd();
        side.Dispose();
        throw new InvalidOperationException(error);
    }

    /// <returns>What was answered; a refusal as <c>CODE: details</c>.</returns>
    public JsonNode? Do(string what, params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var order = new JsonObject { ["do"] = what };
        foreach (var (name, value) in members)
            order[name] = value;
        _process.StandardInput.WriteLine(order.ToJsonString());
        _process.StandardInput.Flush();
        var answer = JsonNode.Parse(_process.StandardOutput.ReadLine() ?? throw new IOException($"the kubelet's side has ended over {order.ToJsonString()}"))!;
        return answer["code"] is { } code ? $"{code}: {answer["details"]}" : answer["ok"];
    }

    public JsonNode? Call(string socket, string method, string request = "{}") => Do("call", ("socket", socket), ("method", method), ("request", JsonNode.Parse(request)));

    /// <summary>The next list of a stream, a device in a word: <c>ID Healthy 0</c>, with the NUMA node if it has one; or how the stream has ended.</summary>
    public string[] Next(string stream)
    {
        var answer = Do("next", ("stream", stream));
        return answer is JsonObject list
            ? [.. (list["devices"]?.AsArray() ?? []).Select(device => $"{device!["ID"]} {device["health"]}{(device["topology"] is { } topology ? $" {topology["nodes"]![0]!["ID"] ?? "0"}" : "")}")]
            : [answer!.ToString()];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
