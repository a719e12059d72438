using System.Globalization;

namespace GpuRuntime.EndToEnd.Tests.Rows;

/// <summary>Which GPUs a value of NVIDIA_VISIBLE_DEVICES means.</summary>
public sealed class SelectionRows : DockerFixture
{
    private TestImage? _busybox;

    [TestCase("all", 0, 1, 2, 3, 4, 5, 6, 7)]
    [TestCase("0", 0)]
    [TestCase("0,2", 0, 2)]
    [TestCase("2,0", 0, 2)]
    [TestCase("0-3", 0, 1, 2, 3)]
    [TestCase("1,4-6", 1, 4, 5, 6)]
    [TestCase("0,0", 0)]
    [TestCase(" 0 , 1 ", 0, 1)]
    [TestCase("0,,1", 0, 1)]
    [TestCase("0,all", 0, 1, 2, 3, 4, 5, 6, 7)]
    public async Task Indexes_ranges_and_words_give_exactly_their_GPUs(string devices, params int[] indexes) =>
        await AssertExactlyAsync(devices, indexes);

    [Test]
    public async Task A_UUID_gives_its_GPU([Values(false, true)] bool upperCase)
    {
        var uuid = Host.Gpus[5].Uuid;

        await AssertExactlyAsync(upperCase ? uuid.ToUpperInvariant() : uuid.ToLowerInvariant(), 5);
    }

    [Test]
    public async Task Several_UUIDs_give_their_GPUs() => await AssertExactlyAsync($"{Host.Gpus[6].Uuid},{Host.Gpus[1].Uuid}", 1, 6);

    [Test]
    public async Task A_PCI_address_gives_its_GPU([Values("sysfs", "nvml", "short")] string form)
    {
        var address = Host.Gpus[3].PciAddress;
        var written = form switch
        {
            "nvml" => "0000" + address.ToUpper(CultureInfo.InvariantCulture),
            "short" => address["0000:".Length..],
            _ => address,
        };

        await AssertExactlyAsync(written, 3);
    }

    [Test]
    public async Task An_index_a_UUID_and_an_address_of_one_GPU_give_it_once() =>
        await AssertExactlyAsync($"4,{Host.Gpus[4].Uuid},{Host.Gpus[4].PciAddress}", 4);

    [TestCase("void")]
    [TestCase("")]
    [TestCase(" , ")]
    [TestCase("void,0")]
    public async Task Values_that_ask_for_nothing_give_nothing(string devices)
    {
        var result = await Docker.RunAsync(Asking(_busybox!, devices, Probe.ListNodes));

        Assert.That(result.EnsureSuccess().Output.Trim(), Is.Empty);
    }

    [TestCase("9")]
    [TestCase("0,9")]
    [TestCase("6-8")]
    [TestCase("GPU-ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [TestCase("0000:ff:00.0")]
    public async Task A_GPU_that_the_host_lacks_fails_the_start_and_lists_the_ones_it_has(string devices)
    {
        var result = await Docker.RunAsync(Asking(_busybox!, devices, ["true"]));

        var line = ErrorLine.In(result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Not.Zero);
            foreach (var gpu in Host.Gpus)
                Assert.That(line, Does.Contain(gpu.Uuid));
        });
    }

    [Test]
    public async Task Nodes_have_the_numbers_and_modes_of_the_host()
    {
        var result = await Docker.RunAsync(Asking(_busybox!, "0,1", ["sh", "-c", "stat -c '%n %t:%T %a' /dev/nvidia*"]));

        Assert.That(result.EnsureSuccess().Lines, Is.SupersetOf((string[])
        [
            $"/dev/nvidia{Host.Gpus[0].Minor} c3:{Host.Gpus[0].Minor:x} 666",
            $"/dev/nvidia{Host.Gpus[1].Minor} c3:{Host.Gpus[1].Minor:x} 666",
            "/dev/nvidiactl c3:ff 666",
        ]));
    }

    [TestCase("/dev/full", "--privileged")]
    [TestCase("/dev/own", "--device", "/dev/null:/dev/own")]
    public async Task Devices_that_the_user_adds_stay_beside_the_GPU(string added, params string[] options)
    {
        var alone = await Docker.RunAsync(ContainerRequest.Of(_busybox!, "true").WithOptions(options) with { Runtime = "runc" });
        if (alone.ExitCode != 0)
            Assert.Ignore($"Docker and runc alone cannot run {string.Join(' ', options)} here: {alone.Error.Trim()}");
        var node = HostNodes.OfGpus(Host, 0).Single();

        var result = await Docker.RunAsync(Asking(_busybox!, "0", Probe.Open(node, added)).WithOptions(options));

        Probe.AssertAllOpen(result, node);
        Assert.That(Probe.Results(result).GetValueOrDefault(added), Is.EqualTo("ok"), result.ToString());
    }

    private async Task AssertExactlyAsync(string devices, params int[] indexes)
    {
        var result = await Docker.RunAsync(Asking(_busybox!, devices, Probe.ListNodes));

        Assert.That(result.EnsureSuccess().Lines, Is.EquivalentTo([.. HostNodes.OfGpus(Host, indexes), .. HostNodes.ForCompute]));
    }

    private protected override async Task PrepareAsync() => _busybox = await ImportedAsync(TestImage.Busybox(Machine.Directory));
}
