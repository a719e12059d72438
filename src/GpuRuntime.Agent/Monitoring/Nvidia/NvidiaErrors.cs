using System.Collections.Immutable;
using GpuRuntime.Agent.Nvml;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Agent.Monitoring.Nvidia;

/// <summary>ECC errors, by where they were where the driver tells of both places that the sum is made of; and what was taken out of use for them.</summary>
internal static class NvidiaErrors
{
    // nvmlMemoryErrorType_t, nvmlEccCounterType_t.
    private static readonly (uint Kind, ErrorKind Word)[] Kinds = [(0, ErrorKind.Corrected), (1, ErrorKind.Uncorrected)];
    private static readonly (uint Counter, bool IsLifetime)[] Counters = [(0, false), (1, true)];

    // nvmlMemoryLocation_t.
    private const uint DeviceMemory = 2;
    private const uint Sram = 7;

    public static ImmutableArray<ErrorCount> Of(NvmlDevice device, NvmlReader reader)
    {
        var errors = ImmutableArray.CreateBuilder<ErrorCount>();
        foreach (var (kind, word) in Kinds)
        {
            foreach (var (counter, isLifetime) in Counters)
            {
                if (In(DeviceMemory) is { } memory && In(Sram) is { } sram)
                {
                    errors.Add(new ErrorCount("memory", word, memory, isLifetime));
                    errors.Add(new ErrorCount("sram", word, sram, isLifetime));
                }
                else if (NvmlReader.Signed(reader.Ask(() => device.EccErrors(kind, counter))) is { } count)
                {
                    errors.Add(new ErrorCount("device", word, count, isLifetime));
                }

                long? In(uint location) => NvmlReader.Signed(reader.Ask(() => device.EccErrors(kind, counter, location)));
            }
        }

        return errors.ToImmutable();
    }

    /// <returns><see langword="null"/> for a GPU that tells of none.</returns>
    public static MemoryRepairs? Repairs(NvmlDevice device, NvmlReader reader)
    {
        var rows = reader.Ask(() => device.RemappedRows());
        var repairs = new MemoryRepairs
        {
            CorrectableRemappedRows = rows?.Corrected,
            UncorrectableRemappedRows = rows?.Uncorrected,
            IsRemappingPending = rows?.IsPending,
            HasRemappingFailed = rows?.HasFailed,
            PagesRetiredForCorrected = reader.Ask(() => device.RetiredPages(0)),
            PagesRetiredForUncorrected = reader.Ask(() => device.RetiredPages(1)),
        };
        return repairs == new MemoryRepairs() ? null : repairs;
    }
}
