/* Memory that graphs hold: counted for as long as the graph with the node lives, or the driver keeps it beyond that. */
#ifndef GPU_RUNTIME_GRAPHS_H
#define GPU_RUNTIME_GRAPHS_H

#include "cuda-types.h"

/* The graph that is being recorded from this stream; NULL if none is. */
CUhandle recorded_graph(CUhandle stream);

#endif
