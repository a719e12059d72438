using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>What NVML tells of a GPU's MIG devices, which it counts in an order of its own: they are told apart by their instances.</summary>
internal sealed record NvidiaMigDevices(ImmutableArray<MigSample> Samples, ImmutableArray<GpuProcess> Processes)
{
    private const string ProfileMark = " MIG ";

    /// <param name="units">The MIG devices of the inventory.</param>
    /// <returns><see langword="null"/> for a GPU that is not in MIG mode, whose processes are its own.</returns>
    public static NvidiaMigDevices? Read(NvmlDevice device, NvmlSensorFunctions sensors, IReadOnlyList<HeldUnit> units, NvmlReader reader)
    {
        if (reader.Ask(() => device.IsInMigMode()) != true)
            return null;
        var samples = ImmutableArray.CreateBuilder<MigSample>();
        var processes = ImmutableArray.CreateBuilder<GpuProcess>();
        foreach (var mig in Handles(device, sensors, reader))
        {
            var (gpuInstance, computeInstance) = (reader.Ask(() => mig.Number(sensors.GpuInstance)), reader.Ask(() => mig.Number(sensors.ComputeInstance)));
            if (gpuInstance is null || computeInstance is null)
            {
                reader.MissProcesses();
                reader.Tell("a MIG device does not tell its instances, so that it is not known which one it is");
                continue;
            }

            var unit = units.FirstOrDefault(unit => unit.MigDevice is { } known && known.GpuInstance == gpuInstance && known.ComputeInstance == computeInstance);
            if (unit is null)
            {
                // The inventory finds it at its next look.
                reader.MissProcesses();
                reader.Tell($"the MIG device of GPU instance {gpuInstance} and compute instance {computeInstance} is new");
                continue;
            }

            var memory = reader.AskFor(mig.Memory);
            var (total, used) = (NvmlReader.Signed(memory?.Total), NvmlReader.Signed(memory?.Used));
            samples.Add(new MigSample(Described(unit.MigDevice!, mig, reader) with { MemoryBytes = total ?? unit.MigDevice!.MemoryBytes })
            {
                MemoryTotalBytes = total,
                MemoryUsedBytes = used,
                UtilizationRatio = reader.Ask(() => mig.Utilization())?.Gpu / 100.0,
            });
            processes.AddRange(NvidiaProcessUse.Of(mig, unit.Id, reader));
        }

        return new NvidiaMigDevices([.. samples.OrderBy(sample => sample.Device.Index)], processes.ToImmutable());
    }

    private static MigDevice Described(MigDevice known, NvmlDevice mig, NvmlReader reader) => known with
    {
        Uuid = NvidiaDescription.Printable(reader.AskFor(mig.Uuid)) ?? known.Uuid,
        Profile = NvidiaDescription.Printable(Profile(reader.AskFor(mig.Name))) ?? known.Profile,
    };

    // Its name is the GPU's, "MIG" and the profile.
    private static string? Profile(string? name) => name?.LastIndexOf(ProfileMark, StringComparison.Ordinal) is >= 0 and var mark ? name[(mark + ProfileMark.Length)..] : null;

    // One that fails leaves the others.
    private static IEnumerable<NvmlDevice> Handles(NvmlDevice device, NvmlSensorFunctions sensors, NvmlReader reader)
    {
        var places = reader.Ask(() => device.Number(sensors.MaxMigDevices)) ?? 0;
        for (uint place = 0; place < places; place++)
        {
            var current = place;
            if (reader.AskFor(() => device.MigDevice(current)) is { } mig)
                yield return mig;
        }
    }
}
