using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors.Nvidia;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>NVIDIA_IMEX_CHANNELS: channels that the driver has, with and without nodes.</summary>
public sealed class ImexChannelTests : MachineFixture
{
    private const string Directory = "nvidia-caps-imex-channels";
    private const string Params = "proc/driver/nvidia/params";

    private static readonly SimulatedNvidiaHostOptions SomeMade = new() { GpuCount = 1, ImexChannels = [0, 5, 3000] };

    private protected override SimulatedNvidiaHostOptions Options => SomeMade;

    [TestCase("0", "0")]
    [TestCase("channel5", "5")]
    [TestCase("0,channel5", "0 5")]
    [TestCase(" 0 , 5 ,", "0 5")]
    [TestCase("5,channel5,05,5", "5")]
    [TestCase("3000", "3000")]
    public void Channels_come_by_number_or_by_name_and_once(string text, string expected) => Assert.That(Channels(text), Is.EqualTo(expected));

    [TestCase("all")]
    [TestCase(" all ")]
    [TestCase("")]
    [TestCase(" , ")]
    public void All_alone_is_ignored_as_NVIDIAs_tools_do_and_so_is_nothing(string text) => Assert.That(Channels(text), Is.Empty);

    [Test]
    public void A_channel_whose_node_is_there_comes_as_it_is() =>
        Assert.That(Nodes(Machine, "5").Single(), Is.EqualTo(Node(5)));

    [TestCase(1u)]
    [TestCase(2047u)]
    public void A_channel_that_the_driver_has_is_made_where_its_node_is_missing(uint channel) =>
        Assert.That(Nodes(Machine, $"{channel}").Single(), Is.EqualTo(Node(channel) with { MissingOnHost = true }));

    [TestCase("2048")]
    [TestCase("1048575")]
    [TestCase("0,channel2048")]
    public void A_channel_that_the_driver_does_not_have_fails_the_create(string text)
    {
        var sentence = Refusal.Of(ErrorCode.DeviceNodeMissing, () => Channels(text));

        Assert.That(sentence, Does.StartWith("NVIDIA_IMEX_CHANNELS").And.Contain($"{Host.DevRoot}/{Directory}/channel"));
        Assert.That(sentence, Does.Contain("2048 channels, 0 to 2047").And.Contain("NVreg_ImexChannelCount"));
    }

    [TestCase("1048576")]
    [TestCase("99999999999")]
    [TestCase("-1")]
    [TestCase("0-3")]
    [TestCase("all,0")]
    [TestCase("Channel0")]
    [TestCase("channel")]
    [TestCase("channel 0")]
    [TestCase("../nvidia0")]
    [TestCase("0\u001b[31m")]
    public void What_is_no_channel_is_an_error_that_quotes_it(string text) =>
        Assert.That(Refusal.Of(ErrorCode.RequestInvalid, () => Channels(text)), Does.StartWith("NVIDIA_IMEX_CHANNELS: \"").And.Contain("from 0 to 1048575"));

    [Test]
    public void A_driver_that_does_not_print_how_many_it_has_has_its_default_number()
    {
        using var machine = WithParams("ResmanDebugLevel: 4294967295\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Nodes(machine, "2047"), Has.Count.EqualTo(1));
            Refusal.Of(ErrorCode.DeviceNodeMissing, () => Nodes(machine, "2048"));
        }
    }

    [Test]
    public void The_drivers_own_number_counts()
    {
        using var machine = WithParams("EnableMSI: 1\nImexChannelCount: 4\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Nodes(machine, "1,2,3"), Has.Count.EqualTo(3));
            Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => Nodes(machine, "4")), Does.Contain("4 channels, 0 to 3"));
        }
    }

    [Test]
    public void With_the_feature_off_there_are_none_but_what_somebody_made()
    {
        using var machine = WithParams("ImexChannelCount: 0\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => Nodes(machine, "1")), Does.Contain("has no IMEX channels").And.Contain("NVreg_ImexChannelCount=2048"));
            Assert.That(Nodes(machine, "5"), Has.Count.EqualTo(1));
        }
    }

    [Test]
    public void A_driver_that_registers_no_channels_has_none()
    {
        using var machine = TestMachine.Create(SomeMade with { ImexChannels = [] });
        machine.Write("proc/devices", "Character devices:\n195 nvidia\n507 nvidia-uvm\n508 nvidia-caps\n\nBlock devices:\n");

        Assert.That(Refusal.Of(ErrorCode.DeviceNodeMissing, () => Nodes(machine, "0")), Does.Contain("has no IMEX channels"));
    }

    [TestCase("ImexChannelCount: 16", 16u)]
    [TestCase("A: 1\nImexChannelCount:0\nB: 2", 0u)]
    [TestCase("CreateImexChannel0: 1", 2048u)]
    [TestCase("ImexChannelCount: many", 2048u)]
    [TestCase("", 2048u)]
    public void The_parameters_tell_how_many_channels_there_are(string text, uint expected) => Assert.That(DriverParams.ImexChannelCount(text), Is.EqualTo(expected));

    private DeviceNode Node(uint channel) =>
        new($"/dev/{Directory}/channel{channel}", $"{Host.DevRoot}/{Directory}/channel{channel}", 509, channel, 0b110_110_110, 0, 0);

    private string Channels(string text) => string.Join(' ', Nodes(Machine, text).Select(node => node.Minor));

    private static List<DeviceNode> Nodes(TestMachine machine, string text) =>
        [.. machine.Plan("NVIDIA_VISIBLE_DEVICES=0", $"NVIDIA_IMEX_CHANNELS={text}")!.DeviceNodes.Where(node => node.Path.Contains(Directory, StringComparison.Ordinal))];

    private static TestMachine WithParams(string text)
    {
        var machine = TestMachine.Create(SomeMade);
        machine.Write(Params, text);
        return machine;
    }
}
