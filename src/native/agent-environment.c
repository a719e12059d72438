/*
 * The environment of the agent, before the managed runtime and a vendor's library start. Linked with --wrap=main.
 *
 * That of `gpu-runtime-agent limit` is emptied. It is a hook: its environment is whatever its caller has, and a specification that names none may hand on the container's. The managed runtime
 * takes knobs from it (DOTNET_*, COMPlus_*), and so may the library. What the dynamic loader took from it (LD_*) has happened by now, which no
 * program that loads a library at run time can help: whoever writes the hook into a specification gives it an environment of its own. The other
 * verbs keep theirs, which an administrator sets.
 *
 * They are told to collect garbage after 4 MiB of new objects. By itself the collector waits until there are as many as the processor's last cache
 * has bytes: on a large server hundreds of mebibytes, for a program that is to be small there. No file that the program is built from can say so.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    static char *empty[1];

    if (argc > 1 && strcmp(argv[1], "limit") == 0)
        environ = empty;
    else
        setenv("DOTNET_GCgen0size", "400000", 0); /* hexadecimal */
    return __real_main(argc, argv);
}
