#define _GNU_SOURCE
#include "usage.h"
#include "refusal.h"
#include "usage-file.h"
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#ifndef F_OFD_GETLK
#define F_OFD_GETLK 36
#endif

/* How often one that asks for memory looks again while another asks too, about 100 ms. One that was stopped in the middle keeps nobody longer. */
enum { PATIENCE = 200, SPINS = 100 };

static uint64_t add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static bool set_lock(struct usage *usage, int place, short type)
{
    struct flock request = { .l_type = type, .l_whence = SEEK_SET, .l_start = place, .l_len = 1 };
    return fcntl(usage->descriptor, F_SETLK, &request) == 0;
}

/* Asked as the open file and not as the process, so that our own process's lock shows too. */
static bool is_live(struct usage *usage, int place)
{
    struct flock request = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1 };
    return fcntl(usage->descriptor, F_OFD_GETLK, &request) != 0 || request.l_type != F_UNLCK;
}

static bool has_numbers(struct usage *usage, int place)
{
    for (int i = 0; i < limits()->count; i++)
        if (atomic_load(&usage->file->row[i][place].held) || atomic_load(&usage->file->row[i][place].wanted))
            return true;
    return false;
}

static void clear(struct usage *usage, int place)
{
    for (int i = 0; i < limits()->count; i++) {
        atomic_store(&usage->file->row[i][place].held, 0);
        atomic_store(&usage->file->row[i][place].wanted, 0);
    }
}

static void clear_dead(struct usage *usage)
{
    for (int place = 0; place < LARGEST_PROCESS_COUNT; place++) {
        if (place == usage->place || !has_numbers(usage, place) || is_live(usage, place) || !set_lock(usage, place, F_WRLCK))
            continue;
        clear(usage, place);
        set_lock(usage, place, F_UNLCK);
    }
}

static bool take_place(struct usage *usage)
{
    for (int place = 0; place < LARGEST_PROCESS_COUNT; place++) {
        if (is_live(usage, place) || !set_lock(usage, place, F_WRLCK))
            continue;
        clear(usage, place);
        usage->place = place;
        usage->owner = getpid();
        return true;
    }
    say_refused(USAGE_FILE, "more than 512 processes use the GPUs, or it cannot be locked");
    return false;
}

/* Also what another wrote there since. */
static void publish(struct usage *usage, int limit)
{
    if (usage->file && usage->place != NO_PLACE)
        atomic_store(&usage->file->row[limit][usage->place].held, usage->held[limit]);
}

/* A program that closes descriptors which it does not know gives up the place with them. */
static bool has_place(struct usage *usage)
{
    struct flock request = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = usage->place, .l_len = 1 };
    return usage->place != NO_PLACE && fcntl(usage->descriptor, F_OFD_GETLK, &request) == 0 && request.l_type != F_UNLCK && request.l_pid == usage->owner;
}

bool usage_join(struct usage *usage)
{
    if (usage->file && usage_file_is_ours(usage)) {
        if (has_place(usage))
            return true;
    } else {
        usage_file_leave(usage);
    }
    usage->place = NO_PLACE;
    if ((!usage->file && !usage_file_open(usage)) || !take_place(usage))
        return false;
    for (int i = 0; i < limits()->count; i++)
        publish(usage, i);
    return true;
}

struct sums {
    uint64_t held, wanted_before, wanted_behind;
};

static struct sums add_up(struct usage *usage, int limit)
{
    struct sums sums = { .held = usage->held[limit] };

    for (int place = 0; place < LARGEST_PROCESS_COUNT; place++) {
        struct place *other = &usage->file->row[limit][place];
        if (place == usage->place)
            continue;
        /* In this order: an owner that got what it wanted adds it to what it holds before it takes the wish back. */
        uint64_t wanted = atomic_load(&other->wanted);
        sums.held = add(sums.held, atomic_load(&other->held));
        if (place < usage->place)
            sums.wanted_before = add(sums.wanted_before, wanted);
        else
            sums.wanted_behind = add(sums.wanted_behind, wanted);
    }
    return sums;
}

static void wait_a_little(struct usage *usage, int round)
{
    if (round < SPINS)
        return;
    if (round == SPINS)
        clear_dead(usage);
    nanosleep(&(struct timespec) { .tv_nsec = 1000 * 1000 }, NULL);
}

static bool try_reserve(struct usage *usage, int limit, uint64_t bytes)
{
    struct place *own = &usage->file->row[limit][usage->place];

    for (int round = 0; round < PATIENCE; round++) {
        atomic_store(&own->wanted, bytes);
        struct sums sums = add_up(usage, limit);
        uint64_t sure = add(sums.held, bytes);
        if (add(add(sure, sums.wanted_before), sums.wanted_behind) <= limits()->bytes[limit]) {
            usage->held[limit] += bytes;
            publish(usage, limit);
            atomic_store(&own->wanted, 0);
            return true;
        }
        if (sure > limits()->bytes[limit])
            break;
        /* It is the others' wishes that do not fit: those before us go first. */
        if (sums.wanted_before > 0)
            atomic_store(&own->wanted, 0);
        wait_a_little(usage, round);
    }
    atomic_store(&own->wanted, 0);
    return false;
}

bool usage_reserve(struct usage *usage, int limit, uint64_t bytes)
{
    publish(usage, limit);
    if (try_reserve(usage, limit, bytes))
        return true;
    clear_dead(usage);
    return try_reserve(usage, limit, bytes);
}

void usage_record(struct usage *usage, int limit, uint64_t bytes)
{
    usage->held[limit] = add(usage->held[limit], bytes);
    publish(usage, limit);
}

void usage_give_back(struct usage *usage, int limit, uint64_t bytes)
{
    usage->held[limit] -= bytes < usage->held[limit] ? bytes : usage->held[limit];
    publish(usage, limit);
}

uint64_t usage_total(struct usage *usage, int limit)
{
    uint64_t total = 0;

    if (!usage->file)
        return 0;
    for (int place = 0; place < LARGEST_PROCESS_COUNT; place++) {
        uint64_t held = place == usage->place ? usage->held[limit] : atomic_load(&usage->file->row[limit][place].held);
        if (held && (place == usage->place || is_live(usage, place)))
            total = add(total, held);
    }
    return total;
}

bool usage_look(struct usage *usage)
{
    if (!usage->file || !usage_file_is_ours(usage)) {
        usage_file_leave(usage);
        usage->place = NO_PLACE;
        if (!usage_file_look(usage))
            return false;
    }
    return !usage->file || usage_file_has_our_version(usage);
}
