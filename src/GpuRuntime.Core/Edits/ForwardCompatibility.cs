namespace GpuRuntime.Core.Edits;

/// <summary>The facts that decide whether an image's own CUDA compatibility libraries go in front of the host's.</summary>
/// <param name="ContainerDirectory">Where the image may carry them.</param>
/// <param name="DriverVersion">The host's driver.</param>
/// <param name="CudaVersion">The CUDA version that the host's driver serves; <see langword="null"/> when unknown.</param>
public sealed record ForwardCompatibility(string ContainerDirectory, Vendors.Nvidia.DottedVersion DriverVersion, Vendors.Nvidia.DottedVersion? CudaVersion);
