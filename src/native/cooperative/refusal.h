/* What a program's user reads when the library refuses all memory, not because a limit is reached but because it cannot be kept. */
#ifndef GPU_RUNTIME_REFUSAL_H
#define GPU_RUNTIME_REFUSAL_H

/* One line on stderr, once a process: what is wrong with which file, what follows, what to do. */
void say_refused(const char *what, const char *why);

#endif
