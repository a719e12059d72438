using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Most of a row's time goes by while an engine starts or stops. Each fixture has directories, daemons and cgroups of its own.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(3)]
