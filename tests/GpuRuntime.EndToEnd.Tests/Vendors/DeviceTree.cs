using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.EndToEnd.Tests.Rows;

namespace GpuRuntime.EndToEnd.Tests.Vendors;

/// <summary>All that is in a host's /dev.</summary>
internal static class DeviceTree
{
    public static async Task<ImmutableArray<HostNode>> ReadAsync(TestMachine machine, TestImage image)
    {
        var listed = (await Command.Of("find", machine.DevRoot, "-type", "c", "-exec", "stat", "-c", "%t %T %n", "{}", "+").RunAsync()).EnsureSuccess().Lines
            .Select(static line => line.Split(' ', 3)).ToList();
        var answers = Probe.Results(await Command.Of(Path.Combine(image.RootfsDirectory, "bin/opendev"), [.. listed.Select(static fields => fields[2])]).RunAsync());
        return [.. listed.Select(fields => new HostNode("/dev" + fields[2][machine.DevRoot.Length..], Hex(fields[0]), Hex(fields[1]), answers[fields[2]]))];
    }

    /// <summary>A copy of it in which every user may open everything, for containers that bring their own nodes.</summary>
    /// <returns>The directory.</returns>
    public static async Task<string> CopyAsync(TestMachine machine)
    {
        var copy = machine.Directory.Combine("open-dev");
        (await Command.Of("sh", "-c", "cp -a \"$0\" \"$1\" && chmod -R a+rwX \"$1\"", machine.DevRoot, copy).RunAsync()).EnsureSuccess();
        return copy;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
