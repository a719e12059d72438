using System.Collections.Immutable;

namespace GpuRuntime.EndToEnd.Tests.UserGuide;

/// <summary>The forms in which such guides ask for GPUs, once each.</summary>
internal static class GuideCommands
{
    private const string CountAndDevices = "cannot set both Count and DeviceIDs on device request";
    private const string InvalidArgument = "for \"--gpus\" flag";
    private const string Query = "--query-gpu=timestamp,name,utilization.gpu,utilization.memory,memory.total,memory.used";
    private static readonly ImmutableArray<int> Every = [0, 1, 2, 3, 4, 5, 6, 7];

    public static ImmutableArray<GuideCommand> All { get; } =
    [
        new(1, "docker run --gpus all IMAGE nvidia-smi") { Gpus = Every },
        new(2, "docker run --gpus device=0,1 IMAGE nvidia-smi") { Gpus = [0, 1], Refusal = CountAndDevices, Translated = "--gpus '\"device=0,1\"'" },
        new(3, "docker run --gpus 'device=0,capabilities=utility,compute,memory:2GB' IMAGE samples")
        {
            Gpus = [0],
            Program = ["samples"],
            Refusal = InvalidArgument,
            Translated = "--gpus '\"device=0\",\"capabilities=utility,compute\"' --annotation gpu-runtime.io/memory=2GB",
            LimitMebibytes = 1907,
        },
        new(4, "docker run --gpus 'device=1,2' IMAGE python -c 'import devices as d; print(d.list(\"GPU\"))'")
        {
            Gpus = [1, 2], Program = ["python", "-c", "import devices as d; print(d.list(\"GPU\"))"], Refusal = CountAndDevices, Translated = "--gpus '\"device=1,2\"'",
        },
        new(5, "docker run -e CUDA_VISIBLE_DEVICES=0,1 IMAGE python -c 'import devices'") { Program = ["python", "-c", "import devices"], Finds = ["CUDA_VISIBLE_DEVICES=0,1"] },
        new(6, "docker run --gpus 'all,capabilities=compute,utility,graphics,video,display,memory:6GB' IMAGE nvidia-smi")
        {
            Gpus = Every,
            Refusal = InvalidArgument,
            Translated = "--gpus 'all,\"capabilities=compute,utility,graphics,video,display\"' --annotation gpu-runtime.io/memory=6GB",
            LimitMebibytes = 5722,
        },
        new(7, "docker run --gpus all -e NVIDIA_VISIBLE_DEVICES=all IMAGE python -c 'import devices; print(f\"found: {devices.count()}\")'")
        {
            Gpus = Every, Program = ["python", "-c", "import devices; print(f\"found: {devices.count()}\")"], Finds = ["NVIDIA_VISIBLE_DEVICES=all"],
        },
        new(8, "docker run --gpus 'device=0,1,2,3' -e MASTER_ADDR=localhost -e MASTER_PORT=8888 -e WORLD_SIZE=4 IMAGE python train_on_all.py")
        {
            Gpus = [0, 1, 2, 3], Program = ["python", "train_on_all.py"], Finds = ["MASTER_ADDR=localhost", "MASTER_PORT=8888", "WORLD_SIZE=4"],
            Refusal = CountAndDevices, Translated = "--gpus '\"device=0,1,2,3\"'",
        },
        new(9, "docker run --gpus all --rm IMAGE watch -n 0.5 nvidia-smi") { Gpus = Every, Program = ["watch", "-n", "0.5", "nvidia-smi"] },
        new(10, $"docker run --gpus all --rm IMAGE nvidia-smi {Query} --format=csv -l 1") { Gpus = Every },
        new(11, "docker run --gpus all -v $(pwd)/data:/data -v $(pwd)/models:/models IMAGE \\\n  python -c \"import devices; s = devices.Strategy(); print('Devices: {}'.format(s.count))\"")
        {
            Gpus = Every, Program = ["python", "-c", "import devices; s = devices.Strategy(); print('Devices: {}'.format(s.count))"], Finds = ["volume /data", "volume /models"],
        },
        new(12, "docker run --gpus all -p 8888:8888 -p 8787:8787 -p 8786:8786 \\\n  SERVICE") { Gpus = Every, Program = ["serve"] },
        new(13, "docker run --gpus all -v $(pwd)/images:/images IMAGE \\\n  python sharpen.py --input /images/in --output /images/out")
        {
            Gpus = Every, Program = ["python", "sharpen.py", "--input", "/images/in", "--output", "/images/out"], Finds = ["volume /images"],
        },
        new(14, "docker run --gpus all -p 8000:8000 -v $(pwd)/models:/models \\\n  SERVICE --model /models/m.pt --workers 4")
        {
            Gpus = Every, Program = ["serve", "--model", "/models/m.pt", "--workers", "4"], Finds = ["volume /models"],
        },
        new(15, "docker run --gpus 'device=0,capabilities=compute,video' -p 3000:3000 -v $(pwd)/videos:/videos \\\n  SERVICE -i /videos/in.mp4 -c:v h264_nvenc -preset slow /videos/out.mp4")
        {
            Gpus = [0], Program = ["serve", "-i", "/videos/in.mp4", "-c:v", "h264_nvenc", "-preset", "slow", "/videos/out.mp4"],
            Finds = ["volume /videos", "NVIDIA_DRIVER_CAPABILITIES=compute,video"],
            Refusal = InvalidArgument, Translated = "--gpus '\"device=0\",\"capabilities=compute,video\"'",
        },
        new(16, "docker run --gpus all IMAGE python -c '\nimport devices\nfor d in devices.list(\"GPU\"):\n    d.grow(True)\nprint(\"on\", len(devices.list(\"GPU\")), \"GPUs\")\n'")
        {
            Gpus = Every, Program = ["python", "-c", "\nimport devices\nfor d in devices.list(\"GPU\"):\n    d.grow(True)\nprint(\"on\", len(devices.list(\"GPU\")), \"GPUs\")\n"],
        },
        new(17, "docker run --gpus all IMAGE python -c '\nimport devices\ndevices.fraction(0.8)\nprint(f\"80% of {devices.memory(0) / 1e9:.2f} GB\")\n'")
        {
            Gpus = Every, Program = ["python", "-c", "\nimport devices\ndevices.fraction(0.8)\nprint(f\"80% of {devices.memory(0) / 1e9:.2f} GB\")\n"],
        },
        new(18, "docker run --gpus all IMAGE nvcc --version") { Gpus = Every, Program = ["nvcc", "--version"] },
        new(19, "docker run --gpus all IMAGE cuda-samples/deviceQuery") { Gpus = Every, Program = ["deviceQuery"] },
        new(20, "docker run --gpus 'device=0,capabilities=compute,utility' --read-only --security-opt=no-new-privileges \\\n  --cap-drop=ALL -u 1000:1000 SERVICE")
        {
            Gpus = [0], Program = ["serve"], Finds = ["user 1000:1000", "root is read-only", "CapBnd: 0000000000000000", "NoNewPrivs: 1"],
            Refusal = InvalidArgument, Translated = "--gpus '\"device=0\",\"capabilities=compute,utility\"'",
        },
        new(21, "docker run --gpus 1 --memory=4g --cpu-shares=1024 --pids-limit=100 SERVICE") { Gpus = [0], Program = ["serve"], Finds = ["user 0:0", "root is writable", "memory.limit_in_bytes 4294967296", "cpu.shares 1024", "pids.max 100"] },
        new(22, "docker run --gpus all --tmpfs /tmp:rw,noexec,nosuid SERVICE") { Gpus = Every, Program = ["serve"], Finds = ["/tmp tmpfs nosuid noexec"] },
        new(23, "docker run -d --gpus all --restart always \\\n  -p 9400:9400 \\\n  --name exporter \\\n  SERVICE") { Gpus = Every, Program = ["serve"] },
        new(24, "docker run -d -p 3000:3000 \\\n  --name dashboards \\\n  -v dashboard-storage:/var/lib/dashboards \\\n  SERVICE") { Program = ["serve"] },
    ];

    public static IEnumerable<GuideCommand> Attached => All.Where(static command => command.LimitMebibytes is null && !command.Line.Contains(" -d ", StringComparison.Ordinal));

    public static IEnumerable<GuideCommand> Refused => All.Where(static command => command.Refusal is not null);

    public static IEnumerable<GuideCommand> Limited => All.Where(static command => command.LimitMebibytes is not null);
}
