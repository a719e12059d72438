/*
 * The environment of the agent, before the managed runtime and a vendor's library start. Linked with --wrap=main.
 *
 * That of `gpu-runtime-agent limit` is emptied. It is a hook: its environment is whatever its caller has, and a specification that names none may hand on the container's. The managed runtime
 * takes knobs from it (DOTNET_*, COMPlus_*), and so may the library. What the dynamic loader took from it (LD_*) has happened by now, which no
 * program that loads a library at run time can help: whoever writes the hook into a specification gives it an environment of its own. The other
 * verbs keep theirs, which an administrator sets.
 *
 * They are told how to keep their memory small, each by a knob that is set already where somebody has set it. No file that the program is built from
 * can say so.
 * - GCgen0size: to collect garbage after a mebibyte of new objects, which also fits the processor's cache. By itself the collector waits until there
 *   are as many as the last cache has bytes: on a large server hundreds of mebibytes, for a program that is to be small there.
 * - GCRegionRange, GCRegionSize: of a gibibyte at most, in parts of a mebibyte. What is kept of each part of the range that is reserved by itself, 256
 *   gibibytes, takes 5 mebibytes; and a part is the least that a kind of object takes.
 * - GCConserveMemory: to move objects together where half of the memory is unused between them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    static char *empty[1];
    static const struct { const char *name, *hexadecimal; } knobs[] = {
        { "DOTNET_GCgen0size", "100000" },
        { "DOTNET_GCRegionRange", "40000000" },
        { "DOTNET_GCRegionSize", "100000" },
        { "DOTNET_GCConserveMemory", "5" },
    };

    if (argc > 1 && strcmp(argv[1], "limit") == 0)
        environ = empty;
    else
        for (size_t i = 0; i < sizeof knobs / sizeof *knobs; i++)
            setenv(knobs[i].name, knobs[i].hexadecimal, 0);
    return __real_main(argc, argv);
}
