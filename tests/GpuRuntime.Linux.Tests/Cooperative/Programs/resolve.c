/*
 * What a library gives a program that looks for functions in it: resolve LIBRARY NAMES [files], where NAMES is a file with a name a line.
 * Prints each that dlsym does not find, how many it finds, and for libcuda what cuInit and cuGetProcAddress_v2 answer;
 * with `files` also in which file the function is.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef int get_address(const char *, void **, int, uint64_t, int *);

int main(int argc, char **argv)
{
    void *library = argc >= 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
    FILE *names = argc >= 3 ? fopen(argv[2], "re") : NULL;
    char name[256];
    int found = 0;

    if (!library || !names) {
        printf("not loaded: %s\n", dlerror());
        return 1;
    }
    get_address *get = (get_address *)dlsym(library, "cuGetProcAddress_v2");
    while (fgets(name, sizeof name, names)) {
        name[strcspn(name, "\n")] = '\0';
        if (!dlsym(library, name))
            printf("missing %s\n", name);
        else
            found++;
        for (int flags = 0; get && flags < 3; flags++) {
            static const int versions[] = { 2000, 3020, 11040, 12000, 12030, 13000 };
            for (int i = 0; i < 6; i++) {
                void *address = NULL;
                int status = -1, result = get(name, &address, versions[i], (uint64_t)flags, &status);
                Dl_info info = { 0 };
                if (address && !dladdr(address, &info))
                    info.dli_sname = "nothing";
                printf("%s %d %d = %d %d %s%s%s\n", name, versions[i], flags, result, status,
                    !address ? "none" : info.dli_sname ? info.dli_sname : "unnamed", argc > 3 ? " " : "", argc > 3 && address ? info.dli_fname : "");
            }
        }
    }
    printf("found %d\n", found);
    int (*init)(unsigned) = (int (*)(unsigned))dlsym(library, "cuInit");
    if (init)
        printf("cuInit = %d\n", init(0));
    return 0;
}
