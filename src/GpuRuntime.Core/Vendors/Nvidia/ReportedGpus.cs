using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>A GPU as nvidia-smi reported it.</summary>
public sealed record ReportedGpu(PciAddress PciAddress, long? MemoryBytes, ImmutableArray<MigDevice> MigDevices)
{
    /// <summary>What nvidia-smi's lists name it by; not kept.</summary>
    public string? Uuid { get; init; }
}

/// <summary>
/// What NVIDIA's tools know and the driver's files do not: memory, the UUIDs and profiles of MIG devices. Kept in our state directory by
/// <c>gpu-runtime devices --refresh</c>, as lines of words: <c>gpu ADDRESS BYTES|-</c>, and behind it <c>mig GI CI UUID PROFILE BYTES|-</c>. Earlier versions
/// wrote no bytes behind the profile.
/// </summary>
public static class ReportedGpus
{
    /// <summary>The file's name in the state directory.</summary>
    public const string FileName = "nvidia-gpus";

    private const string Unknown = "-";

    public static ImmutableArray<ReportedGpu> Read(IHostRoot host) => host.ReadText(HostTree.State, FileName) is { } text ? Parse(text) : [];

    public static string Format(ImmutableArray<ReportedGpu> gpus)
    {
        var text = new StringBuilder();
        foreach (var gpu in gpus)
        {
            text.Append(CultureInfo.InvariantCulture, $"gpu {gpu.PciAddress} {Text(gpu.MemoryBytes)}\n");
            foreach (var device in gpu.MigDevices)
                text.Append(CultureInfo.InvariantCulture, $"mig {device.GpuInstance} {device.ComputeInstance} {device.Uuid ?? Unknown} {device.Profile ?? Unknown} {Text(device.MemoryBytes)}\n");
        }

        return text.ToString();
    }

    /// <returns>What can be read; lines of another form are left out.</returns>
    public static ImmutableArray<ReportedGpu> Parse(string text)
    {
        var gpus = ImmutableArray.CreateBuilder<ReportedGpu>();
        foreach (var line in text.Split('\n'))
        {
            switch (line.Split(' '))
            {
                case ["gpu", var address, var memory] when PciAddress.Parse(address) is { } parsed:
                    gpus.Add(new ReportedGpu(parsed, Bytes(memory), []));
                    break;
                case ["mig", var gpuInstance, var computeInstance, var uuid, var profile, .. { Length: <= 1 } memory]
                    when gpus.Count > 0
                    && uint.TryParse(gpuInstance, NumberStyles.None, CultureInfo.InvariantCulture, out var gi)
                    && uint.TryParse(computeInstance, NumberStyles.None, CultureInfo.InvariantCulture, out var ci):
                    var known = gpus[^1].MigDevices;
                    var device = new MigDevice(known.Length, gi, ci) { Uuid = Known(uuid), Profile = Known(profile), MemoryBytes = memory is [var size] ? Bytes(size) : null };
                    gpus[^1] = gpus[^1] with { MigDevices = known.Add(device) };
                    break;
            }
        }

        return gpus.ToImmutable();
    }

    /// <summary>
    /// MIG devices with their reported UUIDs. Where the report tells of other devices than the driver's files do, it is older than they are, and
    /// none of it counts: an instance that was made anew may have the numbers of one that is gone.
    /// </summary>
    /// <param name="gpuName">The GPU's model, which tells how many slices it has; <see langword="null"/> where it is not known.</param>
    public static ImmutableArray<MigDevice> Join(ImmutableArray<MigDevice> devices, ReportedGpu? reported, string? gpuName)
    {
        if (reported is null || reported.MigDevices.Length != devices.Length)
            return devices;
        var joined = ImmutableArray.CreateBuilder<MigDevice>();
        foreach (var device in devices)
        {
            if (reported.MigDevices.FirstOrDefault(known => known.GpuInstance == device.GpuInstance && known.ComputeInstance == device.ComputeInstance) is not { } known)
                return devices;
            joined.Add(device with
            {
                Uuid = known.Uuid,
                Profile = known.Profile,
                MemoryBytes = known.MemoryBytes,
                ComputePercent = MigProfile.ComputePercent(known.Profile, gpuName),
            });
        }

        return joined.ToImmutable();
    }

    private static string Text(long? bytes) => bytes?.ToString(CultureInfo.InvariantCulture) ?? Unknown;

    private static long? Bytes(string word) => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;

    private static string? Known(string word) => word == Unknown ? null : word;
}
