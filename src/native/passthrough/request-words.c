/*
 * Looks for words, and parses nothing: whatever the structure of the document, and whichever of two equal keys a parser takes, a request has to have
 * one of these words in a string of it. A string can be written in other letters by escapes only; those for anything that may stand in a word count
 * as one. A document that is no JSON is the low-level runtime's to refuse.
 */
#include "request-words.h"

#include "freestanding.h"

#define LARGEST_SPEC (256 * 1024)

static bool is_at(const char *text, const char *end, const char *word)
{
    for (; *word; text++, word++)
        if (text == end || *text != *word)
            return false;
    return true;
}

static int digit_of(char character)
{
    return character >= '0' && character <= '9' ? character - '0'
        : character >= 'a' && character <= 'f' ? character - 'a' + 10
        : character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

/* Of those of one letter (RFC 8259, section 7). */
static bool is_escape(char letter)
{
    return letter == '"' || letter == '\\' || letter == '/' || letter == 'b' || letter == 'f' || letter == 'n' || letter == 'r' || letter == 't';
}

/* Of \uXXXX: whether it stands for a printable character of ASCII, but for those that Go's encoder writes so. */
static bool is_disguise(const char *text, const char *end)
{
    int number = 0;
    for (int i = 0; i < 4; i++, text++) {
        int digit = text == end ? -1 : digit_of(*text);
        if (digit < 0)
            return true;
        number = number << 4 | digit;
    }
    return number >= ' ' && number <= '~' && number != '<' && number != '>' && number != '&';
}

bool has_request_word(const char *text, size_t length)
{
    const char *end = text + length;
    for (; text < end; text++) {
        switch (*text) {
        case 'V': /* of each vendor's: NVIDIA_VISIBLE_DEVICES */
            if (is_at(text, end, "VISIBLE_DEVICES"))
                return true;
            break;
        case 'G': /* GPU_RUNTIME_GPUS */
            if (is_at(text, end, "GPU_RUNTIME_"))
                return true;
            break;
        case 'g': /* gpu-runtime.io/gpus */
            if (is_at(text, end, "gpu-runtime.io"))
                return true;
            break;
        case 'c': /* cdi.k8s.io/NAME */
            if (is_at(text, end, "cdi.k8s.io"))
                return true;
            break;
        case 'D': /* DOCKER_RESOURCE_NVIDIA-GPU */
            if (is_at(text, end, "DOCKER_RESOURCE_"))
                return true;
            break;
        case 'C': /* of CUDA's images before the variables above */
            if (is_at(text, end, "CUDA_VERSION"))
                return true;
            break;
        case '\\':
            text++;
            if (text == end || (*text == 'u' ? is_disguise(text + 1, end) : !is_escape(*text)))
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

bool may_ask_for_gpus(const char *bundle)
{
    static char text[LARGEST_SPEC + 1];
    /* As the managed side opens them: neither by a link, and a FIFO hangs nobody. */
    int directory = system_open(AT_FDCWD, bundle, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    int file = directory < 0 ? -1 : system_open(directory, "config.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    long length = file < 0 ? -1 : system_read_regular(file, text, sizeof text);

    if (directory >= 0)
        system_close(directory);
    return length <= 0 || length > LARGEST_SPEC || has_request_word(text, (size_t)length);
}
