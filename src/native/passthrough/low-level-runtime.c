#include "low-level-runtime.h"

#include "freestanding.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

bool find_runtime(const char *name, char **environment, char path[PATH_MAX])
{
    struct stat self, candidate;
    const char *directories = variable_of(environment, "PATH");
    if (!directories || !*directories)
        directories = DEFAULT_PATH;
    /* A runc that is a link to ourselves would become itself for ever. */
    if (!system_stat(AT_FDCWD, "/proc/self/exe", 0, &self))
        return false;

    for (const char *directory = directories; *directory; directory += *directory == ':') {
        struct text text = {path, PATH_MAX, 0, false};
        const char *beginning = directory;
        while (*directory && *directory != ':')
            directory++;
        append_part(&text, beginning, (size_t)(directory - beginning));
        append(&text, "/");
        append(&text, name);
        if (*beginning == '/' && !text.is_cut && system_call(__NR_faccessat, AT_FDCWD, (long)path, X_OK, 0) == 0
            && system_stat(AT_FDCWD, path, 0, &candidate) && S_ISREG(candidate.st_mode)
            && (candidate.st_dev != self.st_dev || candidate.st_ino != self.st_ino))
            return true;
    }
    return false;
}
