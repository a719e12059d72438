#define _GNU_SOURCE
#include "usage-file.h"
#include "refusal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* "gpuuse" and the version of the layout. A new file is all zero, which whoever comes first turns into this. */
static const uint64_t VERSION = 0x6770757573650001;

enum { TRIES = 100 };

static size_t file_size(void)
{
    return sizeof(struct usage_file) + (size_t)limits()->count * sizeof(struct place[LARGEST_PROCESS_COUNT]);
}

/* Not fstat(): before glibc 2.33 that is another symbol. */
static bool status_of(int descriptor, struct stat *status)
{
    return syscall(SYS_fstat, descriptor, status) == 0;
}

/* All of it in memory at once, so that a full tmpfs shows now and not as SIGBUS later. */
static bool allocate(int descriptor)
{
    return syscall(SYS_fallocate, descriptor, 0, 0L, (long)file_size()) == 0;
}

/* The name appears with the whole file behind it, for every user. */
static bool make(void)
{
    char own[48];
    bool is_made;
    int file = open(USAGE_DIRECTORY, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (file < 0)
        return false;
    snprintf(own, sizeof own, "/proc/self/fd/%d", file);
    is_made = allocate(file) && fchmod(file, 0666) == 0
        && (linkat(AT_FDCWD, own, AT_FDCWD, USAGE_FILE, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST);
    int error = errno;
    close(file);
    errno = error;
    return is_made;
}

static int open_or_make(void)
{
    for (int i = 0; i < TRIES; i++) {
        int file = open(USAGE_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (file >= 0 || errno != ENOENT)
            return file;
        if (!make())
            return -1;
    }
    return -1;
}

static const char *map(struct usage *usage, int descriptor, int access)
{
    struct stat status;
    void *mapped;

    if (!status_of(descriptor, &status))
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "it is no regular file";
    if ((size_t)status.st_size < file_size() && (access == PROT_READ || !allocate(descriptor)))
        return access == PROT_READ ? "it is too short" : strerror(errno);
    mapped = mmap(NULL, file_size(), access, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED)
        return strerror(errno);
    usage->device = status.st_dev;
    usage->inode = status.st_ino;
    usage->descriptor = descriptor;
    usage->file = mapped;
    return NULL;
}

static bool has_our_version(struct usage_file *file)
{
    uint64_t version = 0;

    return atomic_compare_exchange_strong(&file->version, &version, VERSION) || version == VERSION;
}

bool usage_file_open(struct usage *usage)
{
    int descriptor = open_or_make();
    const char *problem = descriptor < 0 ? strerror(errno) : map(usage, descriptor, PROT_READ | PROT_WRITE);

    if (!problem && !has_our_version(usage->file)) {
        munmap(usage->file, file_size());
        usage->file = NULL;
        problem = "it is of another version, or something else wrote to it";
    }
    if (!problem)
        return true;
    if (descriptor >= 0)
        close(descriptor);
    say_refused(USAGE_FILE, problem);
    return false;
}

bool usage_file_look(struct usage *usage)
{
    /* Never closed, even on a failure: the process may have a place in it, whose record lock a close would give up. */
    int descriptor = open(USAGE_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (descriptor < 0)
        return errno == ENOENT;
    return !map(usage, descriptor, PROT_READ);
}

bool usage_file_has_our_version(const struct usage *usage)
{
    uint64_t version = atomic_load(&usage->file->version);
    return version == VERSION || version == 0;
}

static bool is_same_file(const struct usage *usage, const struct stat *status)
{
    return status->st_dev == usage->device && status->st_ino == usage->inode;
}

bool usage_file_is_ours(struct usage *usage)
{
    struct stat status;

    if (!status_of(usage->descriptor, &status) || !is_same_file(usage, &status) || status.st_nlink == 0)
        return false;
    return (size_t)status.st_size >= file_size() || allocate(usage->descriptor);
}

void usage_file_leave(struct usage *usage)
{
    struct stat status;

    if (!usage->file)
        return;
    munmap(usage->file, file_size());
    usage->file = NULL;
    if (status_of(usage->descriptor, &status) && is_same_file(usage, &status) && status.st_nlink == 0)
        close(usage->descriptor);
}
