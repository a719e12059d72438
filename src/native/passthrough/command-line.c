#include "command-line.h"

#include "freestanding.h"

enum flag { NOT_PLAIN, WITH_VALUE, WITHOUT_VALUE };

/* A flag as Go's flag package takes it: one dash or two, its value behind an equals sign or in the next argument, to which *argument goes on then. */
static enum flag read_flag(char ***argument, const char *const *with_value, const char *const *without_value, char name[32], const char **value)
{
    const char *flag = **argument + ((**argument)[1] == '-' ? 2 : 1);
    size_t length = 0;

    while (flag[length] && flag[length] != '=')
        length++;
    if (length == 0 || length >= 32)
        return NOT_PLAIN;
    for (size_t i = 0; i < length; i++)
        name[i] = flag[i];
    name[length] = '\0';
    *value = flag[length] == '=' ? flag + length + 1 : NULL;
    if (is_one_of(name, without_value))
        return WITHOUT_VALUE;
    if (!is_one_of(name, with_value))
        return NOT_PLAIN;
    if (!*value)
        *value = *++*argument;
    return *value ? WITH_VALUE : NOT_PLAIN;
}

/* Called as docker's plugin: its verbs are none of runc's. */
static bool is_docker_plugin(const char *program)
{
    const char *name = program;
    for (; *program; program++)
        if (*program == '/')
            name = program + 1;
    return is_same(name, "docker-gpu");
}

struct command command_of(int argc, char **argv)
{
    static const char *const with_value[] = {"root", "log", "log-format", "criu", "rootless", "cgroup-manager", NULL};
    static const char *const without_value[] = {"debug", "systemd-cgroup", NULL};
    struct command command = {NULL, NULL, NULL};
    char name[32];
    const char *value;

    if (argc < 1 || is_docker_plugin(argv[0]))
        return command;
    for (char **argument = argv + 1; *argument; argument++) {
        if ((*argument)[0] != '-') {
            command.verb = *argument;
            command.arguments = argument + 1;
            break;
        }
        if (read_flag(&argument, with_value, without_value, name, &value) == NOT_PLAIN)
            break;
        if (is_same(name, "root"))
            command.root = value;
    }
    return command;
}

const char *created_bundle(const struct command *command)
{
    static const char *const with_value[] = {"bundle", "b", "console-socket", "pid-file", "pidfd-socket", "preserve-fds", NULL};
    static const char *const without_value[] = {"detach", "d", "keep", "no-pivot", "no-new-keyring", "no-subreaper", NULL};
    const char *bundle = ".", *value;
    char **argument = command->arguments, name[32];

    for (; *argument && (*argument)[0] == '-'; argument++) {
        if (read_flag(&argument, with_value, without_value, name, &value) == NOT_PLAIN)
            return NULL;
        if (is_same(name, "bundle") || is_same(name, "b"))
            bundle = value;
    }
    return argument[0] && !argument[1] ? bundle : NULL;
}

const char *deleted_id(const struct command *command)
{
    static const char *const forces[] = {"--force", "-force", "--f", "-f", NULL};
    char **argument = command->arguments;

    while (*argument && is_one_of(*argument, forces))
        argument++;
    return argument[0] && argument[0][0] != '-' && !argument[1] ? argument[0] : NULL;
}
