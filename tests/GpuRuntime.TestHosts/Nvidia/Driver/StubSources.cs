namespace GpuRuntime.TestHosts;

/// <summary>C sources of the driver's stand-ins. The libraries use no header: the 32-bit ones are made without a 32-bit libc.</summary>
internal static class StubSources
{
    public static (string Name, string Text)[] Files { get; } =
        [("stub.c", Stub), ("cuda.c", Cuda), ("nvml.c", Nvml), ("program.c", Program), ("smi.c", Smi)];

    private const string Stub = "int gpu_runtime_stub(void) { return 0; }\n";

    private const string Cuda = """
        int gpu_runtime_stub(void) { return 0; }
        int cuInit(unsigned flags) { (void)flags; return 0; }
        int cuDriverGetVersion(int *version) { *version = 12040; return 0; }

        """;

    private const string Nvml = """
        int gpu_runtime_stub(void) { return 0; }
        int nvmlInit_v2(void) { return 0; }
        int nvmlShutdown(void) { return 0; }

        """;

    /// <summary>A program that does nothing and ends with 0, without any libc.</summary>
    private const string Program = """
        void _start(void) { __asm__ volatile("syscall" : : "a"(60), "D"(0)); }

        """;

    /// <summary>Lists the GPUs that the container's device cgroup and file system let through; there is no driver behind them to answer more.</summary>
    private const string Smi = """
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <unistd.h>

        int main(void)
        {
            printf("NVIDIA-SMI %s\n", DRIVER_VERSION);
            for (int minor = 0; minor < 195; minor++) {
                char path[32];
                snprintf(path, sizeof path, "/dev/nvidia%d", minor);
                int fd = open(path, O_RDWR | O_CLOEXEC);
                if (fd < 0 && (errno == EPERM || errno == EACCES || errno == ENOENT))
                    continue;
                printf("GPU minor %d\n", minor);
                if (fd >= 0)
                    close(fd);
            }
            return 0;
        }

        """;
}
