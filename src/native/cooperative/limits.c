#define _GNU_SOURCE
#include "limits.h"
#include "refusal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_FILE = 64 * 1024 };

static struct limits known;
static const char *problem = "it was not read";

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Between 1 and `digits` hexadecimal digits, then `separator` unless that is 0. */
static bool hex_field(const char **at, int digits, char separator, uint64_t *value)
{
    int count = 0;

    for (*value = 0; hex_digit(**at) >= 0; ++*at, count++) {
        if (count == digits)
            return false;
        *value = *value << 4 | (uint64_t)hex_digit(**at);
    }
    return count > 0 && (!separator || *(*at)++ == separator);
}

bool parse_pci_address(const char *text, const char **end, uint64_t *packed)
{
    uint64_t domain, bus, device, function;

    if (!hex_field(&text, 8, ':', &domain) || !hex_field(&text, 2, ':', &bus) || !hex_field(&text, 2, '.', &device)
        || !hex_field(&text, 1, '\0', &function) || device > 0x1f || function > 7)
        return false;
    *packed = domain << 16 | bus << 8 | device << 3 | function;
    *end = text;
    return true;
}

static bool parse_bytes(const char **at, uint64_t *bytes)
{
    int count = 0;

    for (*bytes = 0; **at >= '0' && **at <= '9'; ++*at, count++)
        if (__builtin_mul_overflow(*bytes, (uint64_t)10, bytes) || __builtin_add_overflow(*bytes, (uint64_t)(**at - '0'), bytes))
            return false;
    return count > 0 && *bytes > 0;
}

static bool parse_memory(const char *line, struct limits *limits)
{
    uint64_t gpu, bytes;

    if (!parse_pci_address(line, &line, &gpu) || *line++ != ' ' || !parse_bytes(&line, &bytes) || *line || limits->count == LARGEST_LIMIT_COUNT)
        return false;
    for (int i = 0; i < limits->count; i++)
        if (limits->gpu[i] == gpu)
            return false;
    limits->gpu[limits->count] = gpu;
    limits->bytes[limits->count++] = bytes;
    return true;
}

static const char *parse(char *text, size_t length, struct limits *limits)
{
    static const char word[] = "memory";
    static char reason[96];
    int number = 0;

    if (memchr(text, '\0', length))
        return "it holds a zero byte";
    while (text && *text) {
        char *line = text, *begin = text, *end = strchr(text, '\n');
        text = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        number++;
        line += strspn(line, " \t");
        if (strcspn(line, " \t\r") != sizeof word - 1 || memcmp(line, word, sizeof word - 1) != 0)
            continue;
        if (line != begin || line[sizeof word - 1] != ' ' || !parse_memory(line + sizeof word, limits)) {
            snprintf(reason, sizeof reason, "its line %d is not \"memory <PCI address> <bytes>\" for one more GPU", number);
            return reason;
        }
    }
    return NULL;
}

static const char *read_limits(struct limits *limits)
{
    static char text[LARGEST_FILE + 2];
    size_t length = 0;
    ssize_t count;
    int file = open(LIMITS_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0)
        return strerror(errno);
    while (length <= LARGEST_FILE && (count = read(file, text + length, LARGEST_FILE + 1 - length)) != 0) {
        if (count > 0)
            length += (size_t)count;
        else if (errno != EINTR) {
            close(file);
            return strerror(errno);
        }
    }
    close(file);
    if (length > LARGEST_FILE)
        return "it is larger than 64 KiB";
    text[length] = '\0';
    return parse(text, length, limits);
}

/* When the library is loaded: no thread or fork can come between. */
__attribute__((constructor)) static void read_once(void)
{
    problem = read_limits(&known);
    known.are_known = !problem;
    if (problem)
        known.count = 0;
}

const struct limits *limits(void)
{
    return &known;
}

int limit_of(const char *pci_address)
{
    const struct limits *all = limits();
    const char *end;
    uint64_t gpu;

    if (parse_pci_address(pci_address, &end, &gpu))
        for (int i = 0; i < all->count; i++)
            if (all->gpu[i] == gpu)
                return i;
    return NO_LIMIT;
}

void say_limits_are_unknown(void)
{
    say_refused(LIMITS_FILE, problem);
}
