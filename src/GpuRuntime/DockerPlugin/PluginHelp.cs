namespace GpuRuntime.DockerPlugin;

internal static class PluginHelp
{
    public const string Plugin =
        """
        Usage:  docker gpu COMMAND

        Run containers with GPUs of NVIDIA, AMD and Intel

        Commands:
          run         As docker run, with --gpus in the grammar of gpu-runtime
          ls          List the GPUs of this machine, as gpu-runtime devices
          check       Look for what keeps containers from their GPUs, as gpu-runtime check

        ls and check look at the machine that they run on, also where docker talks to a daemon elsewhere (DOCKER_HOST, --host, --context).

        Run 'docker gpu COMMAND --help' for more information on a command.
        """;

    public const string Run =
        """
        Usage:  docker gpu run [--dry-run] [OPTIONS] IMAGE [COMMAND] [ARG...]

        Run a container, as docker run, with --gpus as people write it:
          --gpus all | 2 | device=0,1 | device=0-3 | device=GPU-8f2c... | device=amd:0,intel:0
          --gpus device=0,capabilities=utility,compute,memory:2GB

        What Docker's own --gpus can say goes there. Limits and other vendors' GPUs go into annotations gpu-runtime.io/*, before
        Docker 24 into the variable GPU_RUNTIME_GPUS. They mean something where gpu-runtime serves the daemon: its hook, or
        --runtime gpu-runtime.

              --dry-run   Print the docker command, and run nothing

        Every other option is docker run's own:
        """;
}
