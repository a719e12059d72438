using System.Globalization;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>gpu-runtime devices: what the host has, in the words that containers ask in.</summary>
public sealed class DevicesCommandRows : BundleFixture
{
    [Test]
    public async Task The_JSON_names_every_GPU_with_its_nodes()
    {
        var devices = JsonNode.Parse((await Shim("devices", "--format", "json").RunAsync()).EnsureSuccess().Output)!.AsArray();

        Assert.That(devices, Has.Count.EqualTo(Host.Gpus.Length));
        Assert.Multiple(() =>
        {
            foreach (var (device, gpu) in devices.Zip(Host.Gpus))
            {
                Assert.That((string?)device!["id"], Is.EqualTo($"nvidia:{gpu.Index}"));
                Assert.That((string?)device["vendor"], Is.EqualTo("nvidia"));
                Assert.That((int?)device["index"], Is.EqualTo(gpu.Index));
                Assert.That((string?)device["uuid"], Is.EqualTo(gpu.Uuid));
                Assert.That((string?)device["pciAddress"], Is.EqualTo(gpu.PciAddress));
                Assert.That((string?)device["name"], Is.EqualTo(gpu.Name));
                Assert.That((string?)device["driver"], Is.Not.Empty);
                Assert.That((string?)device["driverVersion"], Is.EqualTo(Host.DriverVersion));
                Assert.That((int?)device["numaNode"], Is.EqualTo(gpu.NumaNode));
                Assert.That(device.AsObject().ContainsKey("memoryBytes"), Is.False, "a size that no file tells");
                Assert.That(Node(device, $"/dev/nvidia{gpu.Minor}"), Is.EqualTo(string.Create(CultureInfo.InvariantCulture, $"195:{gpu.Minor}")));
                Assert.That(Node(device, $"/dev/dri/renderD{gpu.RenderNumber}"), Is.EqualTo(string.Create(CultureInfo.InvariantCulture, $"226:{gpu.RenderNumber}")));
                Assert.That(device["partitions"]?.AsArray().Count ?? 0, Is.Zero);
            }
        });
    }

    [Test]
    public async Task The_table_has_a_line_for_every_GPU()
    {
        var result = (await Shim("devices").RunAsync()).EnsureSuccess();

        foreach (var gpu in Host.Gpus)
            Assert.That(result.Lines, Has.Some.Contains(gpu.PciAddress));
    }

    private static string? Node(JsonNode device, string path) => device["deviceNodes"]!.AsArray()
        .Where(node => (string?)node!["path"] == path)
        .Select(static node => $"{node!["major"]}:{node["minor"]}")
        .SingleOrDefault();
}
