global using GpuRuntime.EndToEnd.Tests;
global using GpuRuntime.EndToEnd.Tests.Rows;
