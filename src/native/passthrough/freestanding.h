/*
 * What code needs that runs before the C library: system calls, and a few functions on strings.
 *
 * Such code calls nothing of the library, whose functions are chosen for the processor at its start, and keeps no errno, for there are no thread-local
 * variables yet. The build fails where a compiler puts a call there by itself (src/NativeMain.targets).
 */
#ifndef GPU_RUNTIME_FREESTANDING_H
#define GPU_RUNTIME_FREESTANDING_H

#include <asm/unistd.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

/* The result, or an error's number, negative. https://man7.org/linux/man-pages/man2/syscall.2.html */
static inline long system_call(long number, long first, long second, long third, long fourth)
{
#if defined __x86_64__
    long result;
    register long r10 __asm__("r10") = fourth;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second), "d"(third), "r"(r10) : "rcx", "r11", "memory");
    return result;
#elif defined __aarch64__
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = first, x1 __asm__("x1") = second, x2 __asm__("x2") = third, x3 __asm__("x3") = fourth;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
#else
#error "The processor's system calls are to be written here."
#endif
}

static inline int system_open(int directory, const char *path, int flags)
{
    return (int)system_call(__NR_openat, directory, (long)path, flags | O_CLOEXEC, 0);
}

static inline void system_close(int file)
{
    system_call(__NR_close, file, 0, 0, 0);
}

static inline bool system_stat(int directory, const char *path, int flags, struct stat *status)
{
    return system_call(__NR_newfstatat, directory, (long)path, (long)status, flags) == 0;
}

/* Until the buffer is full or the file ends; negative where reading fails. */
static inline long system_read(int file, char *buffer, size_t size)
{
    size_t filled = 0;
    while (filled < size) {
        long count = system_call(__NR_read, file, (long)(buffer + filled), (long)(size - filled), 0);
        if (count < 0)
            return count;
        if (count == 0)
            break;
        filled += (size_t)count;
    }
    return (long)filled;
}

/* What a regular file has, as far as the buffer takes it; negative for anything else, and where reading fails. Closes it. */
static inline long system_read_regular(int file, char *buffer, size_t size)
{
    struct stat status;
    long length = system_stat(file, "", AT_EMPTY_PATH, &status) && S_ISREG(status.st_mode) ? system_read(file, buffer, size) : -1;
    system_close(file);
    return length;
}

static inline bool starts_with(const char *text, const char *beginning)
{
    for (; *beginning; text++, beginning++)
        if (*text != *beginning)
            return false;
    return true;
}

static inline bool is_same(const char *text, const char *other)
{
    for (; *text && *text == *other; text++, other++)
        ;
    return *text == *other;
}

static inline bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (is_same(word, *list))
            return true;
    return false;
}

static inline size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

/* A text that grows within a buffer of a given size, and is always terminated. */
struct text {
    char *buffer;
    size_t size, length;
    bool is_cut;
};

static inline void append_part(struct text *text, const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text->length + 1 >= text->size) {
            text->is_cut = true;
            return;
        }
        text->buffer[text->length++] = part[i];
        text->buffer[text->length] = '\0';
    }
}

static inline void append(struct text *text, const char *part)
{
    append_part(text, part, length_of(part));
}

static inline const char *variable_of(char *const *environment, const char *name)
{
    size_t length = length_of(name);
    for (; *environment; environment++)
        if (starts_with(*environment, name) && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

#endif
