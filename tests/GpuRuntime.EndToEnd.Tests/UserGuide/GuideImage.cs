namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>The small image that stands for those of the guide: its programs are one script, which reports how it was called and what it finds.</summary>
internal static class GuideImage
{
    private const string Script = """
        #!/bin/sh
        echo "program ${0##*/}"
        for argument; do echo "argument $(printf %s "$argument" | base64 | tr -d '\n')"; done
        env
        echo "user $(id -u):$(id -g)"
        if touch /written 2>/dev/null; then echo 'root is writable'; else echo 'root is read-only'; fi
        tr '\t' ' ' </proc/self/status | grep -E '^(CapBnd|NoNewPrivs):'
        for volume in /data /models /images /videos; do [ ! -e $volume/from-the-host ] || echo "volume $volume"; done
        for limit in memory/memory.limit_in_bytes cpu/cpu.shares pids/pids.max; do
            [ ! -r /sys/fs/cgroup/$limit ] || echo "${limit#*/} $(cat /sys/fs/cgroup/$limit)"
        done
        awk '$2 == "/tmp" { print $2, $3, ($4 ~ /nosuid/ ? "nosuid" : "") , ($4 ~ /noexec/ ? "noexec" : "") }' /proc/mounts
        nodes=$(find /dev -name 'nvidia*' -type c)
        [ -z "$nodes" ] || /bin/opendev $nodes
        ! command -v nvidia-smi || nvidia-smi

        """;

    /// <summary>Directories that a user has at hand.</summary>
    public static readonly string[] Volumes = ["data", "models", "images", "videos"];

    /// <summary>Makes an image of it that starts its program by itself.</summary>
    /// <param name="start">As in a Dockerfile.</param>
    public static async Task CommitAsync(PrivateDockerd docker, TestImage image, string name, string start)
    {
        var container = (await docker.DockerAsync("create", "--network", "none", image.Reference, "true")).EnsureSuccess().Output.Trim();
        (await docker.DockerAsync("commit", "--change", start, container, name)).EnsureSuccess();
        (await docker.DockerAsync("rm", container)).EnsureSuccess();
    }

    public static TestImage Create(TestDirectory directory) => TestImage.Glibc(directory, "guide", add: static root =>
    {
        Directory.CreateDirectory(Path.Combine(root, "cuda-samples"));
        foreach (var program in (string[])["usr/bin/serve", "usr/bin/python", "usr/bin/nvcc", "usr/bin/samples", "usr/bin/watch", "cuda-samples/deviceQuery"])
        {
            // Not through a link that the image has by that name.
            var path = Path.Combine(root, program);
            File.Delete(path);
            RuntimeScript.Write(path, Script);
        }
    });
}
