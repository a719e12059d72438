using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// <c>NVIDIA_IMEX_CHANNELS</c>: a list of numbers or <c>channelN</c>. Processes that hold one channel may share GPU memory over NVLink between hosts.
/// The driver registers as many channels as its module option says and makes no node for them.
/// </summary>
internal static class ImexChannels
{
    public const string Variable = "NVIDIA_IMEX_CHANNELS";

    private const string Driver = "nvidia-caps-imex-channels";
    private const string NamePrefix = "channel";

    // Minors have 20 bits.
    private const uint Greatest = (1 << 20) - 1;

    /// <returns>Each channel once; none for the word <c>all</c> alone, which NVIDIA's tools ignore.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>.</exception>
    public static ImmutableArray<uint> Parse(string? text)
    {
        var items = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return items is ["all"] ? [] : [.. items.Select(Channel).Distinct()];
    }

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.DeviceNodeMissing"/>: the driver has no such channel.</exception>
    public static IEnumerable<DeviceNode> Nodes(ImmutableArray<uint> channels, IHostRoot host, NvidiaNodes nodes)
    {
        uint? count = null;
        foreach (var channel in channels)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Driver}/{NamePrefix}{channel}");
            if (nodes.Existing(name) is { } there)
            {
                yield return there;
                continue;
            }

            count ??= DriverParams.ImexChannelCount(host.ReadText(HostTree.Proc, NvidiaDriver.ParamsFile) ?? "");
            if (nodes.Find(name, Driver, channel) is not { } made || count == 0)
                throw Missing(name, host, "the loaded driver has no IMEX channels; load the module nvidia with the option NVreg_ImexChannelCount=2048");
            if (channel >= count)
                throw Missing(name, host, $"the loaded driver has {count} channels, 0 to {count - 1}; ask for one of these, load the module nvidia with a greater NVreg_ImexChannelCount");
            yield return made;
        }
    }

    private static uint Channel(string item)
    {
        var digits = item.StartsWith(NamePrefix, StringComparison.Ordinal) ? item.AsSpan(NamePrefix.Length) : item;
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var channel) && channel <= Greatest
            ? channel
            : throw new GpuRuntimeException(
                ErrorCode.RequestInvalid,
                $"{Variable}: {PrintableText.Quote(item)} is not an IMEX channel; write numbers from 0 to {Greatest}, or names such as channel0, separated by commas.");
    }

    private static GpuRuntimeException Missing(string name, IHostRoot host, string why) =>
        new(ErrorCode.DeviceNodeMissing, $"{Variable}: {host.Locate(HostTree.Dev, name)} is missing, and {why}, or start without the variable.");
}
