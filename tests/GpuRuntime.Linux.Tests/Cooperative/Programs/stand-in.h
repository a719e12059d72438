/*
 * What the stand-in driver and the stand-in NVML of the tests share: three GPUs of 1 GiB, and in /truth what each live process really has of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))

enum { GPUS = 3, PROCESSES = 256, NVML_PID_OFFSET = 1000000 };
static const uint64_t GPU_BYTES = 1 << 30;
static const char *const ADDRESSES[GPUS] = { "0000:3B:00.0", "0000:5E:00.0", "0000:86:00.0" };

struct truth {
    uint64_t most[GPUS];
    struct { pid_t pid; uint64_t bytes[GPUS]; } process[PROCESSES];
};

static pthread_mutex_t truth_mutex = PTHREAD_MUTEX_INITIALIZER;
static int truth_file = -1;
static pid_t truth_pid;
static struct truth *truth;

/* A lock that ends with its holder, and a file of this process's own: a fork shares its parent's locks. */
static void lock_truth(void)
{
    pthread_mutex_lock(&truth_mutex);
    if (truth_pid != getpid()) {
        struct flock life = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = getpid(), .l_len = 1 };
        truth_file = open("/truth", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (truth_file < 0 || ftruncate(truth_file, sizeof *truth) != 0 || fcntl(truth_file, F_SETLK, &life) != 0)
            abort();
        truth = mmap(NULL, sizeof *truth, PROT_READ | PROT_WRITE, MAP_SHARED, truth_file, 0);
        truth_pid = getpid();
    }
    flock(truth_file, LOCK_EX);
}

static void unlock_truth(void)
{
    flock(truth_file, LOCK_UN);
    pthread_mutex_unlock(&truth_mutex);
}

/* A driver frees a process's memory when its files are closed, before it can be waited for: alive is who has the record lock of its pid. */
static int is_alive(pid_t pid)
{
    struct flock request = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = pid, .l_len = 1 };
    return fcntl(truth_file, F_OFD_GETLK, &request) != 0 || request.l_type != F_UNLCK;
}

static uint64_t true_total(int gpu)
{
    uint64_t total = 0;

    for (int i = 0; i < PROCESSES; i++) {
        if (!truth->process[i].pid || !truth->process[i].bytes[gpu])
            continue;
        if (is_alive(truth->process[i].pid))
            total += truth->process[i].bytes[gpu];
        else
            memset(&truth->process[i], 0, sizeof truth->process[i]);
    }
    return total;
}

static __attribute__((unused)) uint64_t *true_bytes(int gpu)
{
    int free = -1;

    for (int i = 0; i < PROCESSES; i++) {
        if (truth->process[i].pid == getpid())
            return &truth->process[i].bytes[gpu];
        if (free < 0 && (!truth->process[i].pid || !is_alive(truth->process[i].pid)))
            free = i;
    }
    if (free < 0)
        abort();
    memset(&truth->process[free], 0, sizeof truth->process[free]);
    truth->process[free].pid = getpid();
    return &truth->process[free].bytes[gpu];
}
