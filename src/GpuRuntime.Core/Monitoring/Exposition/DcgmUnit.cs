using System.Globalization;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Exposition;

/// <summary>A GPU, or a MIG device of one, with the labels that NVIDIA's exporter has for it.</summary>
/// <param name="Mig"><see langword="null"/> for the GPU itself.</param>
internal sealed record DcgmUnit(GpuSample Gpu, MigSample? Mig, MetricLabels Labels)
{
    /// <summary>Every GPU, in the order of the inventory: its number there is the label <c>gpu</c>, so that no two vendors' GPUs have the same.</summary>
    public static IReadOnlyList<DcgmUnit> Of(HostSample sample, MetricSubject subject)
    {
        var holders = Holders(sample);
        var units = new List<DcgmUnit>(sample.Gpus.Length);
        for (var number = 0; number < sample.Gpus.Length; number++)
        {
            var gpu = sample.Gpus[number];
            units.Add(new DcgmUnit(gpu, null, LabelsOf(gpu.Gpu, number, null, subject, holders.GetValueOrDefault(gpu.Gpu.Id))));
            foreach (var mig in gpu.MigDevices)
                units.Add(new DcgmUnit(gpu, mig, LabelsOf(gpu.Gpu, number, mig.Device, subject, holders.GetValueOrDefault($"{gpu.Gpu.Id}:{Text(mig.Device.Index)}"))));
        }

        return units;
    }

    // Newer releases of that exporter write hostname, older ones Hostname: dashboards ask for either.
    private static MetricLabels LabelsOf(Gpu gpu, int number, MigDevice? mig, MetricSubject subject, ContainerIdentity? holder) => MetricLabels.Of(
        ("gpu", Text(number)),
        ("UUID", gpu.Uuid ?? ""),
        ("pci_bus_id", string.Create(CultureInfo.InvariantCulture, $"{gpu.PciAddress.Domain:X8}:{gpu.PciAddress.Bus:X2}:{gpu.PciAddress.Device:X2}.{gpu.PciAddress.Function}")),
        ("device", $"{gpu.Vendor.Word()}{Text(gpu.Index)}"),
        ("modelName", gpu.Name ?? ""),
        ("GPU_I_PROFILE", mig?.Profile),
        ("GPU_I_ID", mig?.GpuInstance.ToString(CultureInfo.InvariantCulture)),
        ("hostname", subject.Hostname),
        ("Hostname", subject.Hostname),
        ("DCGM_FI_DRIVER_VERSION", gpu.DriverVersion),
        ("container", holder?.PodContainer ?? holder?.Name ?? holder?.Id),
        ("namespace", holder?.PodNamespace),
        ("pod", holder?.Pod),
        ("pod_uid", holder?.PodUid));

    // Of a unit that several containers share nobody can say whose a value is.
    private static Dictionary<string, ContainerIdentity?> Holders(HostSample sample)
    {
        var holders = new Dictionary<string, ContainerIdentity?>(StringComparer.Ordinal);
        foreach (var container in sample.Containers)
        {
            foreach (var unit in container.Units)
                holders[unit.UnitId] = holders.ContainsKey(unit.UnitId) ? null : container.Container;
        }

        return holders;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
