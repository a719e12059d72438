using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Oci;

/// <summary>
/// The state of a container as a hook gets it on standard input (OCI runtime specification, runtime.md, "State"): what points to the
/// container. What it is to have stands in its bundle.
/// </summary>
/// <param name="Pid">The container's first process, as the hook's own pid namespace numbers it.</param>
/// <param name="Bundle">The bundle's directory; absolute.</param>
public sealed record ContainerState(string Id, int Pid, string Bundle)
{
    private const string Subject = "The container's state on standard input";

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookStateInvalid"/>.</exception>
    public static ContainerState Parse(byte[] text) => Parse(text, isStopped: false);

    /// <summary>As a poststop hook gets it: there is no process any more, and <see cref="Pid"/> is 0.</summary>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookStateInvalid"/>.</exception>
    public static ContainerState ParseStopped(byte[] text) => Parse(text, isStopped: true);

    /// <summary>The document of a created container's, for a hook that we call ourselves.</summary>
    public byte[] Format() => OciJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("ociVersion", "1.0.2");
        json.WriteString("id", Id);
        json.WriteString("status", "created");
        json.WriteNumber("pid", Pid);
        json.WriteString("bundle", Bundle);
        json.WriteEndObject();
    });

    private static ContainerState Parse(byte[] text, bool isStopped)
    {
        if (text.Length == 0)
            throw Invalid("is empty; gpu-runtime-hook is a hook, which an OCI runtime starts and writes the state to");
        var root = Tree(text).Root;
        if (!root.IsObject)
            throw Invalid("is not a JSON object");
        var pid = isStopped ? 0 : root["pid"]?.AsInteger() is > 0 and <= int.MaxValue and var number ? (int)number : throw Invalid("gives no pid");
        // runc before 1.0 wrote "bundlePath".
        var bundle = (root["bundle"] ?? root["bundlePath"])?.AsText();
        if (bundle is null || !bundle.StartsWith('/') || bundle.Contains('\0', StringComparison.Ordinal))
            throw Invalid("gives no bundle by an absolute path");
        return new ContainerState(root["id"]?.AsText() ?? "", pid, bundle);
    }

    private static JsonTree Tree(byte[] text)
    {
        try
        {
            return JsonTree.Parse(text, Subject);
        }
        catch (GpuRuntimeException exception)
        {
            throw new GpuRuntimeException(ErrorCode.HookStateInvalid, exception.Message, exception);
        }
    }

    private static GpuRuntimeException Invalid(string problem) => new(ErrorCode.HookStateInvalid, $"{Subject} {problem}.");
}
