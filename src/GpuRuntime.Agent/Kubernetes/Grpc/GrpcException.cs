namespace GpuRuntime.Agent.Kubernetes.Grpc;

/// <summary>A call failed. The message is a sentence without its end.</summary>
internal sealed class GrpcException(string message, Exception? inner = null) : Exception(message, inner);
