using GpuRuntime.Core.Oci;
using GpuRuntime.Fuzz.Tests.Contract;

namespace GpuRuntime.Fuzz.Tests.Targets;

/// <summary>That an edited config.json still has what it had: byte for byte where nothing is edited, and in its order where something is.</summary>
internal static class SurvivingMembers
{
    private static readonly string[] Containers = ["", "linux", "linux.resources", "linux.resources.unified", "process", "process.user", "hooks", "annotations"];

    private static readonly string[] Arrays =
    [
        "linux.devices", "linux.resources.devices", "mounts", "process.user.additionalGids", "process.env", "hooks.prestart", "hooks.createRuntime", "hooks.createContainer",
        "hooks.startContainer", "hooks.poststart", "hooks.poststop",
    ];

    // Ours, or what would give GPUs a second time.
    private static readonly string[] Replaced = ["GPU_RUNTIME_", "NVIDIA_", "AMD_VISIBLE_DEVICES", "INTEL_VISIBLE_DEVICES"];
    private static readonly string[] Injecting = ["nvidia-container-runtime-hook", "nvidia-container-toolkit", "gpu-runtime-hook"];
    private static readonly string[] OwnMembers = ["annotations.gpu-runtime.io/memory-limit", "linux.resources.unified.dmem.max", "linux.resources.unified.memory.max"];

    /// <exception cref="BrokenContractException">Something is gone or changed that is not ours.</exception>
    public static void Compare(JsonTree before, JsonTree after) => CompareMembers(before.Root, after.Root, "");

    private static void CompareMembers(JsonValue before, JsonValue after, string path)
    {
        foreach (var member in before.Children())
        {
            var name = path.Length == 0 ? member.Key : $"{path}.{member.Key}";
            var now = after[member.Key];
            Broken.Unless(now is not null, $"{name} is still there");
            if (member.IsObject && Containers.Contains(name))
                CompareMembers(member, now, name);
            else if (member.IsArray && Arrays.Contains(name))
                CompareItems(member, now, name);
            else if (!OwnMembers.Contains(name) && !(member.IsNull && (Containers.Contains(name) || Arrays.Contains(name))))
                Broken.Unless(now.Raw.SequenceEqual(member.Raw), $"{name} is the same, byte for byte");
        }
    }

    private static void CompareItems(JsonValue before, JsonValue after, string path)
    {
        using var now = after.Children().GetEnumerator();
        foreach (var item in before.Children())
        {
            if (MayGo(path, item))
                continue;
            do
                Broken.Unless(now.MoveNext(), $"{path} still has all of its items in their order");
            while (!now.Current.Raw.SequenceEqual(item.Raw));
        }
    }

    private static bool MayGo(string path, JsonValue item) => path switch
    {
        "process.env" => item.AsText() is { } entry && Replaced.Any(prefix => entry.StartsWith(prefix, StringComparison.Ordinal)),
        "hooks.prestart" or "hooks.createRuntime" => item["path"]?.AsText() is { } program && Injecting.Any(program.EndsWith),
        _ => false,
    };
}
