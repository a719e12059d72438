/*
 * The entry that a container has in the ledger while it holds GPUs: the same names as in LedgerDirectory.cs. Runs before the C library: freestanding.h.
 */
#include "allocations.h"

#include <stdint.h>

#include "freestanding.h"

#define LONGEST_ID 180

static bool is_plain_path(const char *path)
{
    if (path[0] != '/' || !path[1])
        return false;
    for (; *path; path++) {
        if (*path != '/')
            continue;
        const char *name = path + 1;
        if (*name == '.')
            name += name[1] == '.' ? 2 : 1;
        if (*name == '/' || !*name)
            return false;
    }
    return true;
}

static bool is_plain_id(const char *id)
{
    if (!*id || *id == '.' || length_of(id) > LONGEST_ID)
        return false;
    for (; *id; id++)
        if (!((*id >= 'A' && *id <= 'Z') || (*id >= 'a' && *id <= 'z') || (*id >= '0' && *id <= '9') || *id == '_' || *id == '-' || *id == '+' || *id == '.'))
            return false;
    return true;
}

/* FNV-1a over the root, a NUL and the id (AllocationOwner.cs). */
static uint64_t hash(uint64_t value, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return value;
}

bool allocation_name(struct allocation *allocation, const char *root, const char *id)
{
    struct text key = {allocation->key, sizeof allocation->key, 0, false}, entry = {allocation->entry, sizeof allocation->entry, 0, false},
        state = {allocation->runtime_state, sizeof allocation->runtime_state, 0, false};

    if (!is_plain_path(root) || !is_plain_id(id))
        return false;
    uint64_t value = hash(hash(UINT64_C(14695981039346656037), root, length_of(root) + 1), id, length_of(id));
    for (int shift = 60; shift >= 0; shift -= 4)
        append_part(&key, &"0123456789abcdef"[value >> shift & 15], 1);
    append(&entry, id);
    append(&entry, ".");
    append(&entry, allocation->key);
    append(&entry, ".json");
    append(&state, root);
    append(&state, "/");
    append(&state, id);
    return !state.is_cut;
}

int allocation_ledger(void)
{
    struct stat status;
    int state = system_open(AT_FDCWD, STATE_DIRECTORY, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (state < 0)
        return -1;
    int ledger = system_stat(state, "", AT_EMPTY_PATH, &status) && status.st_uid == (uid_t)system_call(__NR_geteuid, 0, 0, 0, 0) && !(status.st_mode & (S_IWGRP | S_IWOTH))
        ? system_open(state, "allocations", O_RDONLY | O_DIRECTORY | O_NOFOLLOW) : -1;
    system_close(state);
    return ledger;
}

bool allocation_exists(const struct allocation *allocation)
{
    struct stat status;
    int ledger = allocation_ledger();
    if (ledger < 0)
        return false;
    bool exists = system_stat(ledger, allocation->entry, AT_SYMLINK_NOFOLLOW, &status);
    system_close(ledger);
    return exists;
}
