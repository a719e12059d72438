#include "configuration.h"

#include <errno.h>

#include "freestanding.h"

#define DEFAULT_CONFIGURATION "/etc/gpu-runtime/config.json"
#define LARGEST_CONFIGURATION (64 * 1024)

/* Whether the text names the key outside of comments; also when it might do so in disguise, by an escape. */
static bool may_set(const char *text, const char *key)
{
    for (bool in_string = false; *text; text++) {
        if (*text == '\\')
            return true;
        if (!in_string && text[0] == '/' && text[1] == '/') {
            while (text[1] && text[1] != '\r' && text[1] != '\n')
                text++;
        } else if (!in_string && text[0] == '/' && text[1] == '*') {
            for (text += 2; !(text[0] == '*' && text[1] == '/'); text++)
                if (!*text)
                    return true;
            text++;
        } else if (*text == '"') {
            if (!in_string && starts_with(text, key))
                return true;
            in_string = !in_string;
        }
    }
    return false;
}

bool has_defaults(char **environment, const char *const *keys)
{
    static char text[LARGEST_CONFIGURATION + 1];
    const char *named = variable_of(environment, "GPU_RUNTIME_CONFIG");
    bool is_named = named && *named;
    int file = system_open(AT_FDCWD, is_named ? named : DEFAULT_CONFIGURATION, O_RDONLY | O_NONBLOCK);
    if (file < 0)
        return !is_named && file == -ENOENT;

    long length = system_read_regular(file, text, sizeof text);
    if (length < 0 || length > LARGEST_CONFIGURATION)
        return false;
    text[length] = '\0';
    if ((long)length_of(text) != length)
        return false;
    for (; *keys; keys++)
        if (may_set(text, *keys))
            return false;
    return true;
}
