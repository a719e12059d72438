using System.Globalization;

namespace GpuRuntime.TestHosts;

/// <summary>For people and for make: the same hosts, images and bundles as the tests have.</summary>
internal static class CommandLine
{
    private const string Usage = """
        usage: gpu-runtime-test-hosts nvidia DIR [--gpus N] [--layout multiarch|debian|lib64] [--driver VERSION] [--open] [--driver-root DIR]
               gpu-runtime-test-hosts host NAME DIR
               gpu-runtime-test-hosts captured NAME DIR
               gpu-runtime-test-hosts monitored mixed|amd DIR CONTAINERS USERS-OF-CONTAINER
               gpu-runtime-test-hosts driver DIR
               gpu-runtime-test-hosts rootfs busybox|glibc|fedora|distroless|musl DIR
               gpu-runtime-test-hosts bundle DIR --rootfs ROOTFS [--env NAME=VALUE]... [--capability CAP]... [--prestart PROGRAM CONFIG] -- ARGS...
        """;

    public static void Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["nvidia", var directory, .. var options]:
                Nvidia(directory, options);
                break;
            case ["host", var name, var directory]:
                Host(name, directory);
                break;
            case ["captured", var name, var directory]:
                Console.WriteLine(CapturedHost.Open(name, directory).ConfigPath);
                break;
            case ["monitored", ("mixed" or "amd") and var kind, var directory, var containers, var users]:
                Console.WriteLine(MonitoredHost.Create(directory, kind == "mixed", Number(containers), Number(users)).ConfigPath);
                break;
            case ["driver", var directory]:
                Console.WriteLine(NvidiaDriverPackages.Unpack(directory).DriverVersion);
                break;
            case ["rootfs", var kind, var directory]:
                Console.WriteLine(Rootfs(kind, directory).Directory);
                break;
            case ["bundle", var directory, .. var options]:
                MakeBundle(directory, options);
                break;
            default:
                throw new UsageException(Environment.NewLine + Usage);
        }
    }

    private static void Nvidia(string directory, string[] arguments)
    {
        var options = new SimulatedNvidiaHostOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--gpus" => options with { GpuCount = Number(Value(arguments, ref i)) },
                "--layout" => options with { Layout = Layout(Value(arguments, ref i)) },
                "--driver" => options with { DriverVersion = Value(arguments, ref i) },
                "--driver-root" => options with { DriverRootTemplate = Value(arguments, ref i) },
                "--open" => options with { OpenKernelModule = true },
                var other => throw new UsageException($"unknown option {other}"),
            };
        }
        var host = SimulatedNvidiaHost.Create(directory, options);
        foreach (var gpu in host.Gpus)
            Console.Error.WriteLine(gpu);
        Console.WriteLine(host.ConfigPath);
    }

    private static void Host(string name, string directory)
    {
        if (!ReadyHosts.ByName.TryGetValue(name, out var options))
            throw new UsageException($"unknown host {name}: there are {string.Join(", ", ReadyHosts.ByName.Keys)}");
        var host = SimulatedHost.Create(directory, options);
        foreach (var gpu in host.NvidiaGpus.Concat<object>(host.AmdPartitions).Concat(host.IntelGpus))
            Console.Error.WriteLine(gpu);
        Console.WriteLine(host.ConfigPath);
    }

    private static RootFilesystem Rootfs(string kind, string directory) => kind switch
    {
        "busybox" => RootFilesystem.Busybox(directory),
        "glibc" => RootFilesystem.Glibc(directory),
        "fedora" => RootFilesystem.Glibc(directory, new GlibcOptions { FedoraLike = true }),
        "distroless" => RootFilesystem.Glibc(directory, new GlibcOptions { Distroless = true }),
        "musl" => RootFilesystem.Musl(directory),
        _ => throw new UsageException($"unknown image {kind}"),
    };

    private static void MakeBundle(string directory, string[] arguments)
    {
        string? rootfs = null;
        var options = new BundleOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rootfs":
                    rootfs = Value(arguments, ref i);
                    break;
                case "--env":
                    options = options with { Env = options.Env.Add(Value(arguments, ref i)) };
                    break;
                case "--capability":
                    options = options with { Capabilities = options.Capabilities.Add(Value(arguments, ref i)) };
                    break;
                case "--prestart":
                    options = options with { Hooks = BundleOptions.Prestart(Value(arguments, ref i), Value(arguments, ref i)) };
                    break;
                case "--":
                    options = options with { Args = [.. arguments[(i + 1)..]] };
                    i = arguments.Length;
                    break;
                default:
                    throw new UsageException($"unknown option {arguments[i]}");
            }
        }
        Console.WriteLine(Bundle.Create(directory, rootfs ?? throw new UsageException("--rootfs is missing"), options).Directory);
    }

    private static string Value(string[] arguments, ref int position) =>
        ++position < arguments.Length ? arguments[position] : throw new UsageException($"{arguments[position - 1]} needs a value");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"{text} is not a number");

    private static DriverLayout Layout(string text) =>
        Enum.TryParse<DriverLayout>(text, ignoreCase: true, out var layout) ? layout : throw new UsageException($"unknown layout {text}");
}
