using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using GpuRuntime.Agent.Kubernetes;
using GpuRuntime.Agent.Limits;
using GpuRuntime.Agent.Monitoring;
using GpuRuntime.Agent.Serving;
using GpuRuntime.Agent.Top;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Limits;
using GpuRuntime.Core.Monitoring.Exposition;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Logging;

namespace GpuRuntime.Agent;

/// <summary>The one program of ours that may load a vendor's library: one verb, one file.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private const string Usage = $"""
        usage: gpu-runtime-agent {LimitArguments.Usage}
               gpu-runtime-agent {ServeArguments.Usage}
               gpu-runtime-agent {ServeArguments.KubernetesUsage}
               gpu-runtime-agent {TopArguments.Usage}
               gpu-runtime-agent --version
        """;

    public static string Version => typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static int Main(string[] args)
    {
        try
        {
            return Run(args);
        }
        catch (GpuRuntimeException exception)
        {
            return Tell(exception);
        }
        catch (LinuxException exception)
        {
            return Tell(new GpuRuntimeException(ErrorCode.HookFailed, $"{exception.Message}.", exception));
        }
        catch (Exception exception)
        {
            // The last line of defence: a low-level runtime shows what a hook wrote to stderr, and would show a crash as a signal.
            return Tell(new GpuRuntimeException(ErrorCode.Unexpected, $"{exception.GetType().Name}: {exception.Message}", exception));
        }
    }

    private static int Run(string[] args)
    {
        switch (args)
        {
            case [NvidiaMemoryLimit.Verb, .. var rest] when LimitArguments.Parse(rest) is { } arguments:
                LimitCommand.Run(arguments);
                return 0;
            case [ServeArguments.Verb, .. var rest] when ServeArguments.Parse(rest) is { } arguments:
                ServeCommand.Run(arguments);
                return 0;
            case [ServeArguments.KubernetesVerb, .. var rest] when ServeArguments.Parse(rest) is { } arguments:
                ServeCommand.Run(arguments, static (configuration, report) => new NodeAgent(configuration, report));
                return 0;
            case [TopArguments.Verb, .. var rest] when TopArguments.Parse(rest) is { } arguments:
                TopCommand.Run(arguments, new TopParts(Composition.Sampler, Json, MetricsPage));
                return 0;
            case [TopArguments.Verb, .. var rest]:
                // By the name that people call it by, and without the agent's other verbs.
                Console.Error.WriteLine($"gpu-runtime {TopArguments.Verb}: these are not its options: {PrintableText.Quote(string.Join(' ', rest))}; gpu-runtime {TopArguments.Verb} --help lists them.");
                return WrongUsage;
            case ["--version"]:
                Console.Out.WriteLine($"gpu-runtime-agent version {Version}");
                return 0;
            case ["--help"]:
                Console.Out.WriteLine(Usage);
                return 0;
            default:
                Console.Error.WriteLine(args.Length == 0 ? Usage : $"gpu-runtime-agent: unknown arguments: {PrintableText.Quote(string.Join(' ', args))}\n{Usage}");
                return WrongUsage;
        }
    }

    private static string Json(HostSample sample)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            SampleJson.Write(json, sample);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string MetricsPage(HostSample sample, MetricNames names)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetricPage.Write(sample, new MetricSubject(Version, Environment.MachineName), Metrics.With(names), MetricFormat.Prometheus, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static int Tell(GpuRuntimeException exception)
    {
        StandardLines.WriteError($"gpu-runtime-agent: {exception.UserLine}");
        return Failure;
    }
}
