namespace GpuRuntime.Core.Requests;

/// <summary>
/// CUDA images from before NVIDIA's variables existed: <c>CUDA_VERSION</c> is set and <c>NVIDIA_REQUIRE_CUDA</c> is not.
/// They mean all GPUs, all capabilities and their own CUDA version as the requirement.
/// </summary>
public static class LegacyCudaImage
{
    public static bool Is(ContainerEnvironment environment) =>
        environment.IsSetAndNotEmpty("CUDA_VERSION") && !environment.IsSetAndNotEmpty("NVIDIA_REQUIRE_CUDA");
}
