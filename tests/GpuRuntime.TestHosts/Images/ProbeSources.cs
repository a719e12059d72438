namespace GpuRuntime.TestHosts;

/// <summary>C sources of the programs that report from inside a container.</summary>
internal static class ProbeSources
{
    public const string True = "int main(void) { return 0; }\n";

    /// <summary>For each path: "path: ok", or the name of the error that open(O_RDWR) gave. Always ends with 0.</summary>
    public const string OpenDevice = """
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <string.h>
        #include <unistd.h>

        static const char *name(int error)
        {
            switch (error) {
            case EPERM: return "EPERM";
            case ENOENT: return "ENOENT";
            case EIO: return "EIO";
            case ENXIO: return "ENXIO";
            case EACCES: return "EACCES";
            case EBUSY: return "EBUSY";
            case ENODEV: return "ENODEV";
            case ENOTDIR: return "ENOTDIR";
            case EISDIR: return "EISDIR";
            case EROFS: return "EROFS";
            case ELOOP: return "ELOOP";
            default: return strerror(error);
            }
        }

        int main(int argc, char **argv)
        {
            for (int i = 1; i < argc; i++) {
                int fd = open(argv[i], O_RDWR | O_CLOEXEC | O_NONBLOCK);
                printf("%s: %s\n", argv[i], fd >= 0 ? "ok" : name(errno));
                if (fd >= 0)
                    close(fd);
            }
            return 0;
        }

        """;

    /// <summary>For each library: "NAME: ok PATH" with the path that the loader found it by, or "NAME: error TEXT". Ends with the number of failures.</summary>
    public const string Dlopen = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <link.h>
        #include <stdio.h>

        int main(int argc, char **argv)
        {
            int failures = 0;
            for (int i = 1; i < argc; i++) {
                void *library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
                struct link_map *map;
                if (library && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0) {
                    printf("%s: ok %s\n", argv[i], map->l_name);
                } else {
                    printf("%s: error %s\n", argv[i], dlerror());
                    failures++;
                }
            }
            return failures;
        }

        """;
}
