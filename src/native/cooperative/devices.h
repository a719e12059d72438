/* Which GPU a call is about, and which limit that has. All of these ask the driver and change nothing there. */
#ifndef GPU_RUNTIME_DEVICES_H
#define GPU_RUNTIME_DEVICES_H

#include "cuda-types.h"
#include "limits.h"

/* The index of its limit, NO_LIMIT, or UNKNOWN_GPU where the driver does not tell its PCI address. */
int limit_of_device(CUdevice device);

/* False without a current context. */
bool current_device(CUdevice *device);
CUhandle current_context(void);

/* NO_LIMIT without a current context: the driver then refuses by itself. */
int limit_of_current_device(void);

/* A stream's GPU may be another than the current one. */
int limit_of_stream(CUhandle stream, CUhandle *context);

#endif
