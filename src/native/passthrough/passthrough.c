/*
 * Decides what passes through.
 *
 * An engine calls an OCI runtime several times for one container, and only create and run are ours to act on, and these only where GPUs are asked for.
 * Starting the managed runtime for anything else would cost a tenth of what runc itself takes. This decides only the plain case and leaves everything
 * else to the managed main, which decides the same with the same rules (OciCommandLine.cs, LowLevelRuntime.cs, RequestReader.cs, DeletedContainer.cs):
 * - a verb of the list below, and no choice of another runtime in the configuration;
 * - create and run of a bundle whose config.json has no word by which GPUs are asked for. The configuration could only forbid what is not asked;
 * - delete of a container that holds no GPUs.
 * It runs before the C library: freestanding.h says what that means.
 */
#include "passthrough.h"

#include <signal.h>

#include "command-line.h"
#include "configuration.h"
#include "freestanding.h"
#include "low-level-runtime.h"
#include "request-words.h"

struct deletion deletion;

static const char *const verbs[] = {"start", "state", "kill", "delete", "exec", "ps", "pause", "resume", "update", "events", NULL};
static const char *const keys[] = {"\"lowLevelRuntimes\"", NULL};
static const char *const keys_of_create[] = {"\"lowLevelRuntimes\"", "\"swarmResources\"", NULL};
static const char *const keys_of_delete[] = {"\"lowLevelRuntimes\"", "\"stateDirectory\"", NULL};

/* Returns where the program cannot be executed: the managed side finds the same and says so. */
static void become(char *path, char **argv, char **environment)
{
    char *own_name = argv[0];
    argv[0] = path;
    system_call(__NR_execve, (long)path, (long)argv, (long)environment, 0);
    argv[0] = own_name;
}

static bool holds_gpus(const struct command *command, const char *runtime)
{
    char default_root[64];
    struct text text = {default_root, sizeof default_root, 0, false};
    const char *id = deleted_id(command);

    append(&text, "/run/");
    append(&text, runtime);
    return id && allocation_name(&deletion.allocation, command->root ? command->root : default_root, id) && allocation_exists(&deletion.allocation);
}

void pass_through(int argc, char **argv, char **environment)
{
    static char path[PATH_MAX];
    struct command command = command_of(argc, argv);
    const char *runtime, *bundle;

    if (!command.verb)
        return;
    bool creates = is_same(command.verb, "create") || is_same(command.verb, "run"), deletes = is_same(command.verb, "delete");
    if (!creates && !is_one_of(command.verb, verbs))
        return;
    runtime = find_runtime("runc", environment, path) ? "runc" : find_runtime("crun", environment, path) ? "crun" : NULL;
    if (!runtime || !has_defaults(environment, creates ? keys_of_create : deletes ? keys_of_delete : keys))
        return;
    if (creates && (!(bundle = created_bundle(&command)) || may_ask_for_gpus(bundle)))
        return;
    if (deletes && holds_gpus(&command, runtime)) {
        /* By a child, beside which the C library starts: what the container held is free once the child ended. Where none can be had, the managed side tries. */
        long child = system_call(__NR_clone, SIGCHLD, 0, 0, 0);
        if (child != 0) {
            deletion.child = child > 0 ? (int)child : 0;
            return;
        }
        become(path, argv, environment);
        system_call(__NR_exit_group, 127, 0, 0, 0);
    }
    become(path, argv, environment);
}
