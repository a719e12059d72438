/* An OCI runtime's arguments, as far as they are plain: what src/GpuRuntime/Runtime/OciCommandLine.cs reads in full. */
#ifndef GPU_RUNTIME_COMMAND_LINE_H
#define GPU_RUNTIME_COMMAND_LINE_H

struct command {
    const char *verb; /* NULL where it is not plain to see */
    char **arguments; /* behind the verb */
    const char *root; /* NULL where it is not given */
};

struct command command_of(int argc, char **argv);

/* The bundle of create or run; NULL where the line is not plain, or the low-level runtime's to refuse. */
const char *created_bundle(const struct command *command);

/* The id behind delete's flags; NULL where the low-level runtime's own answer is wanted, or the line is not plain. */
const char *deleted_id(const struct command *command);

#endif
