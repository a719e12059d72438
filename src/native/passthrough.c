/*
 * Becomes the low-level runtime for verbs that never touch a bundle, before the managed runtime starts.
 *
 * An engine calls an OCI runtime several times for one container, and only create and run are ours to act on. Starting the managed runtime for
 * start, kill or delete costs about a millisecond each, a tenth of what runc itself takes. This decides only the plain case and hands everything
 * else to the managed main, which decides the same with the same rules (OciCommandLine.cs, LowLevelRuntime.cs, DeletedContainer.cs): a verb of the
 * list below, and no choice of another runtime in the configuration. A container that holds GPUs is deleted by a child, and what it held is free
 * then. Linked with --wrap=main,--wrap=execv.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocations.h"

#define DEFAULT_CONFIGURATION "/etc/gpu-runtime/config.json"
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define LARGEST_CONFIGURATION (64 * 1024)

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);
int __real_execv(const char *path, char *const *argv);
int __wrap_execv(const char *path, char *const *argv);

static struct sigaction inherited_sigpipe;

/* The managed runtime ignores SIGPIPE for itself and forgets what it was. The low-level runtime inherits what we were started with. */
int __wrap_execv(const char *path, char *const *argv)
{
    sigaction(SIGPIPE, &inherited_sigpipe, NULL);
    return __real_execv(path, argv);
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

struct command {
    const char *verb; /* NULL where it is not plain to see */
    char **arguments; /* behind the verb */
    const char *root; /* NULL where it is not given */
};

/* The verb behind runc's global flags, parsed as Go's flag package does. */
static struct command command_of(int argc, char **argv)
{
    static const char *const with_value[] = {"root", "log", "log-format", "criu", "rootless", "cgroup-manager", NULL};
    static const char *const without_value[] = {"debug", "systemd-cgroup", NULL};
    struct command command = {NULL, NULL, NULL};

    for (int i = 1; i < argc; i++) {
        const char *flag = argv[i];
        if (flag[0] != '-') {
            command.verb = flag;
            command.arguments = argv + i + 1;
            return command;
        }
        flag += flag[1] == '-' ? 2 : 1;
        size_t length = strcspn(flag, "=");
        char name[32];
        if (length == 0 || length >= sizeof name)
            return command;
        memcpy(name, flag, length);
        name[length] = '\0';
        if (is_one_of(name, with_value)) {
            const char *value = flag[length] == '=' ? flag + length + 1 : argv[++i];
            if (strcmp(name, "root") == 0)
                command.root = value;
        } else if (!is_one_of(name, without_value)) {
            return command;
        }
    }
    return command;
}

/* Whether the text names the key outside of comments; also when it might do so in disguise, by an escape. */
static bool may_set(const char *text, const char *key)
{
    for (bool in_string = false; *text; text++) {
        if (*text == '\\')
            return true;
        if (!in_string && text[0] == '/' && text[1] == '/') {
            text += strcspn(text, "\r\n");
            if (!*text)
                break;
        } else if (!in_string && text[0] == '/' && text[1] == '*') {
            const char *end = strstr(text + 2, "*/");
            if (!end)
                return true;
            text = end + 1;
        } else if (*text == '"') {
            if (!in_string && strncmp(text, key, strlen(key)) == 0)
                return true;
            in_string = !in_string;
        }
    }
    return false;
}

static bool has_defaults(const char *const *keys)
{
    static char text[LARGEST_CONFIGURATION + 1];
    const char *named = getenv("GPU_RUNTIME_CONFIG");
    bool is_named = named && *named;
    int file = open(is_named ? named : DEFAULT_CONFIGURATION, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return !is_named && errno == ENOENT;

    struct stat status;
    ssize_t length = fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LARGEST_CONFIGURATION
        ? read(file, text, LARGEST_CONFIGURATION) : -1;
    close(file);
    if (length < 0 || length != status.st_size || memchr(text, '\0', (size_t)length))
        return false;
    text[length] = '\0';
    for (; *keys; keys++)
        if (may_set(text, *keys))
            return false;
    return true;
}

/* The low-level runtime on the search path; false when there is none of this name. */
static bool find(const char *name, char path[PATH_MAX])
{
    struct stat self, candidate;
    const char *directories = getenv("PATH");
    if (!directories || !*directories)
        directories = DEFAULT_PATH;
    /* A runc that is a link to ourselves would become itself for ever. */
    if (stat("/proc/self/exe", &self) != 0)
        return false;

    for (const char *directory = directories; *directory; directory += *directory == ':') {
        size_t length = strcspn(directory, ":");
        int written = snprintf(path, PATH_MAX, "%.*s/%s", (int)length, directory, name);
        bool absolute = *directory == '/';
        directory += length;
        if (absolute && written > 0 && written < PATH_MAX && access(path, X_OK) == 0 && stat(path, &candidate) == 0
            && S_ISREG(candidate.st_mode) && (candidate.st_dev != self.st_dev || candidate.st_ino != self.st_ino))
            return true;
    }
    return false;
}

/* Returns where the program cannot be executed. */
static void become(char *path, char **argv)
{
    char *own_name = argv[0];
    argv[0] = path;
    execv(path, argv);
    argv[0] = own_name;
}

/* The id behind delete's flags; NULL where runc's own answer is wanted, or the line is not plain. */
static const char *deleted_id(char **arguments)
{
    static const char *const forces[] = {"--force", "-force", "--f", "-f", NULL};

    while (*arguments && is_one_of(*arguments, forces))
        arguments++;
    return arguments[0] && arguments[0][0] != '-' && !arguments[1] ? arguments[0] : NULL;
}

/* Deletes a container that holds GPUs by a child, then frees them. Returns where that is not for this side to do. */
static void delete_holder(const struct command *command, const char *runtime, char *path, char **argv)
{
    static struct allocation allocation;
    char default_root[64];
    const char *id = deleted_id(command->arguments);

    snprintf(default_root, sizeof default_root, "/run/%s", runtime);
    if (!id || !allocation_name(&allocation, command->root ? command->root : default_root, id) || !allocation_exists(&allocation))
        return;
    pid_t child = fork();
    if (child < 0)
        return;
    if (child == 0) {
        become(path, argv);
        _exit(127);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            _exit(127);
    allocation_release(&allocation);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Called as docker's plugin: its verbs are none of runc's. */
static bool is_docker_plugin(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    return argc > 0 && strcmp(slash ? slash + 1 : argv[0], "docker-gpu") == 0;
}

int __wrap_main(int argc, char **argv)
{
    static const char *const verbs[] = {"start", "state", "kill", "delete", "exec", "ps", "pause", "resume", "update", "events", NULL};
    static const char *const keys[] = {"\"lowLevelRuntimes\"", NULL};
    static const char *const keys_of_delete[] = {"\"lowLevelRuntimes\"", "\"stateDirectory\"", NULL};
    static char path[PATH_MAX];
    struct command command = {NULL, NULL, NULL};

    if (!is_docker_plugin(argc, argv))
        command = command_of(argc, argv);
    sigaction(SIGPIPE, NULL, &inherited_sigpipe);
    if (command.verb && is_one_of(command.verb, verbs)) {
        bool deletes = strcmp(command.verb, "delete") == 0;
        const char *runtime = find("runc", path) ? "runc" : find("crun", path) ? "crun" : NULL;
        if (runtime && has_defaults(deletes ? keys_of_delete : keys)) {
            if (deletes)
                delete_holder(&command, runtime, path, argv);
            become(path, argv);
        }
    }
    /* Not found, or not executable: the managed side finds the same and says so. */
    return __real_main(argc, argv);
}
