/*
 * Frees what a deleted container held, with the C library: the same files, in the same order and under the same lock as LedgerDirectory.cs.
 *
 * allocations/ID.KEY.json is a container's entry, allocations/holders/UNIT/KEY.MODE.LIMIT a further name of it for each GPU that it holds.
 */
#include "allocations.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#define LONGEST_WAIT_SECONDS 20
#define LARGEST_ENTRY (1 << 20)

static volatile sig_atomic_t waited_enough;

static void stop_waiting(int signal)
{
    (void)signal;
    waited_enough = 1;
}

/* In the kernel's queue, where each has its turn. The lock goes with its holder's death; somebody who only stands still must not hang a delete. */
static int take_lock(int ledger)
{
    struct sigaction stop = {.sa_handler = stop_waiting};
    int lock = openat(ledger, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        return -1;
    /* Again and again: the first may come just before the wait begins. */
    struct itimerval timer = {.it_value.tv_sec = LONGEST_WAIT_SECONDS, .it_interval.tv_sec = 1};
    sigaction(SIGALRM, &stop, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    while (flock(lock, LOCK_EX) != 0) {
        if (errno != EINTR || waited_enough) {
            close(lock);
            return -1;
        }
    }
    return lock;
}

static void remove_holders(int units, const char *unit, const char *key)
{
    int directory = openat(units, unit, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *names = directory < 0 ? NULL : fdopendir(directory);
    if (!names) {
        if (directory >= 0)
            close(directory);
        return;
    }
    for (struct dirent *name; (name = readdir(names)); )
        if (strncmp(name->d_name, key, strlen(key)) == 0)
            unlinkat(directory, name->d_name, 0);
    closedir(names);
}

/* A number that our own JSON has behind a key; -1 where it has none. */
static long long number_of(const char *text, const char *key)
{
    const char *found = strstr(text, key);
    return found ? strtoll(found + strlen(key), NULL, 10) : -1;
}

/* Whether the process that the entry names goes on: another create of the same name, which is ahead of its state directory. */
static bool has_living_creator(int ledger, const char *entry)
{
    static char text[LARGEST_ENTRY + 1];
    char path[64];
    int file = openat(ledger, entry, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, LARGEST_ENTRY);
    if (file >= 0)
        close(file);
    if (length < 0)
        return false;
    text[length] = '\0';
    long long pid = number_of(text, "\"pid\":"), start = number_of(text, "\"startTime\":");
    snprintf(path, sizeof path, "/proc/%lld/stat", pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    length = file < 0 ? -1 : read(file, text, LARGEST_ENTRY);
    if (file >= 0)
        close(file);
    if (length < 0)
        return false;
    text[length] = '\0';
    /* Fields 3, the state, and 22 (proc_pid_stat(5)); the second is a name that may hold anything. */
    char state = 0;
    long long started = -1;
    const char *fields = strrchr(text, ')');
    return fields && sscanf(fields + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld", &state, &started) == 2
        && state != 'Z' && state != 'X' && started == start;
}

void allocation_release(const struct allocation *allocation)
{
    if (access(allocation->runtime_state, F_OK) == 0 || errno != ENOENT)
        return;
    int ledger = allocation_ledger();
    int lock = ledger < 0 ? -1 : take_lock(ledger);
    if (lock >= 0 && !has_living_creator(ledger, allocation->entry)) {
        unlinkat(ledger, allocation->entry, 0);
        int units = openat(ledger, "holders", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *names = units < 0 ? NULL : fdopendir(units);
        if (names) {
            for (struct dirent *unit; (unit = readdir(names)); )
                if (unit->d_name[0] != '.')
                    remove_holders(units, unit->d_name, allocation->key);
            closedir(names);
        } else if (units >= 0) {
            close(units);
        }
    }
    if (lock >= 0)
        close(lock);
    if (ledger >= 0)
        close(ledger);
}
