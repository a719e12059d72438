using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]
[assembly: Parallelizable(ParallelScope.Fixtures)]
