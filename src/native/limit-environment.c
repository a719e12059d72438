/*
 * Empties the environment of `gpu-runtime-agent limit` before the managed runtime and the vendor's library start.
 *
 * It is a hook: its environment is whatever its caller has, and a specification that names none may hand on the container's. The managed runtime
 * takes knobs from it (DOTNET_*, COMPlus_*), and so may the library. What the dynamic loader took from it (LD_*) has happened by now, which no
 * program that loads a library at run time can help: whoever writes the hook into a specification gives it an environment of its own. The other
 * verbs keep theirs, which an administrator sets. Linked with --wrap=main.
 */
#include <string.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    static char *empty[1];

    if (argc > 1 && strcmp(argv[1], "limit") == 0)
        environ = empty;
    return __real_main(argc, argv);
}
