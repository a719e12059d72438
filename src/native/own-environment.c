/*
 * Gives the hook an environment of its own before the managed runtime starts.
 *
 * A hook's environment is whatever its caller has: Docker hands its daemon's on, and a specification that names none may hand on the
 * container's. The managed runtime takes knobs from it (DOTNET_*, COMPlus_*), with which a container could at least keep the hook from starting.
 * Only the variable that names our configuration stays, which is read once the hook has seen that it runs on the host. Linked with --wrap=main.
 */
#include <string.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    static const char kept[] = "GPU_RUNTIME_CONFIG=";
    static char *own[2];

    for (char **variable = environ; variable && *variable; variable++) {
        if (strncmp(*variable, kept, sizeof kept - 1) == 0) {
            own[0] = *variable;
            break;
        }
    }
    environ = own;
    return __real_main(argc, argv);
}
