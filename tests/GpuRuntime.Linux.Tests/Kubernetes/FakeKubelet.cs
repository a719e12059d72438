using System.Diagnostics;

namespace GpuRuntime.Linux.Tests.Kubernetes;

/// <summary>gRPC's own server in the kubelet's place.</summary>
internal sealed class FakeKubelet : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly string _file;

    private FakeKubelet(Process process, string file) => (_process, _file) = (process, file);

    /// <param name="scene">What it answers, as <c>fake-kubelet.py</c> reads it.</param>
    public static FakeKubelet Start(TemporaryDirectory directory, string socket, string scene)
    {
        if (!File.Exists(Python) || Command.Try("python3", "-c", "import grpc, grpc_tools").Status != 0)
            Assert.Ignore("gRPC's server for Python is not installed (python3-grpcio, python3-grpc-tools)");
        var file = directory.Write("scene.json", scene);
        var process = Command.Start("python3", Path.Combine(AppContext.BaseDirectory, "Kubernetes/fake-kubelet.py"), socket, file, directory.MakeDirectory("messages"));
        var kubelet = new FakeKubelet(process, file);
        if (process.StandardOutput.ReadLine() == "ready")
            return kubelet;
        var error = process.StandardError.ReadToEnd();
        kubelet.Dispose();
        throw new InvalidOperationException(error);
    }

    public void Tell(string scene)
    {
        File.WriteAllText(_file + ".new", scene);
        File.Move(_file + ".new", _file, overwrite: true);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
