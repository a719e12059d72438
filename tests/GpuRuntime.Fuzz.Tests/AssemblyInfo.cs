// Allocations are counted for each thread, and a target's descriptor is one for all of its runs.
[assembly: NonParallelizable]
