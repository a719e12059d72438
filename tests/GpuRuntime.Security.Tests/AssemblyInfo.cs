using System.Runtime.Versioning;

// Each fixture has a host, bundles and cgroups of its own, and mounts nothing in the machine's own mount namespace.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: FixtureLifeCycle(LifeCycle.SingleInstance)]
[assembly: SupportedOSPlatform("linux")]
