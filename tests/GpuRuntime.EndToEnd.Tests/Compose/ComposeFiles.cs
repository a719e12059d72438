namespace GpuRuntime.EndToEnd.Tests.Compose;

/// <summary>Compose files in the form that guides to GPUs in Docker give them, images aside.</summary>
internal static class ComposeFiles
{
    public const string TrainingAndInference = """
        version: '3'
        services:
          ml-training:
            image: IMAGE
            deploy:
              resources:
                reservations:
                  devices:
                    - driver: nvidia
                      count: 2
                      capabilities: [gpu, utility, compute]
            volumes:
              - ./training_data:/data
              - ./models:/models
            command: python /models/train.py --data-dir /data

          inference-api:
            image: IMAGE
            deploy:
              resources:
                reservations:
                  devices:
                    - driver: nvidia
                      count: 1
                      capabilities: [gpu]
            ports:
              - "8501:8501"
            depends_on:
              - ml-training

        """;

    public const string SharedGpu = """
        version: '3'
        services:
          gpu-service-1:
            image: IMAGE
            deploy:
              resources:
                reservations:
                  devices:
                    - driver: nvidia
                      device_ids: ['0']
                      capabilities: [gpu, utility]
            environment:
              - TF_MEMORY_ALLOCATION=0.5  # half of the memory

          gpu-service-2:
            image: IMAGE
            deploy:
              resources:
                reservations:
                  devices:
                    - driver: nvidia
                      device_ids: ['0']
                      capabilities: [gpu, utility]
            environment:
              - CUDA_MEM_ALLOC_CONF=max_split_size_mb:256  # small blocks

        """;

    /// <summary>One service, with lines of its own.</summary>
    public static string OneService(params string[] lines) => "version: '3'\nservices:\n  service:\n    image: IMAGE\n" + string.Concat(lines.Select(static line => $"    {line}\n"));

    /// <summary>A file of config/compose.</summary>
    public static string OfRepository(string name) => File.ReadAllText(Path.Combine(Repository.Root, "config", "compose", name));
}
