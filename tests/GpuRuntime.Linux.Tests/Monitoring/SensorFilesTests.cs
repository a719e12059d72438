using System.Net;
using System.Net.Sockets;
using GpuRuntime.Linux.Interop;
using GpuRuntime.Linux.Monitoring;

namespace GpuRuntime.Linux.Tests.Monitoring;

/// <summary>Small files that are read again and again: of a tree that stands for sysfs, and of the real one.</summary>
public sealed class SensorFilesTests : DirectoryFixture
{
    private readonly SensorClock _clock = new();

    [Test]
    public void A_file_is_read_anew_each_time_and_opened_once()
    {
        var path = Temporary.Write("device/busy", " 5\n\0\0");
        using var files = Files();
        Assert.That(files.ReadText("busy"), Is.EqualTo("5"));

        File.WriteAllText(path, "71\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.ReadText("busy"), Is.EqualTo("71"));
            Assert.That(files.ReadBytes("busy"), Is.EqualTo("71\n"u8.ToArray()));
            Assert.That(Descriptors(path), Is.EqualTo(1));
        }
    }

    [Test]
    public void Nothing_stays_open_when_it_is_disposed_of()
    {
        var path = Temporary.Write("device/busy", "5");
        var files = Files();
        files.ReadText("busy");
        files.Dispose();

        Assert.That(Descriptors(Temporary.Path), Is.Zero, path);
    }

    [Test]
    public void A_file_that_is_absent_is_looked_for_again_after_a_while_and_no_problem()
    {
        Temporary.MakeDirectory("device");
        using var files = Files();
        Assert.That(files.ReadText("power1_average"), Is.Null);

        Temporary.Write("device/power1_average", "7");
        _clock.Advance(SensorFiles.LookAgain - TimeSpan.FromSeconds(1));
        Assert.That(files.ReadText("power1_average"), Is.Null);

        _clock.Advance(TimeSpan.FromSeconds(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.ReadText("power1_average"), Is.EqualTo("7"));
            Assert.That(files.Problem, Is.Null);
        }
    }

    [Test]
    public void A_file_that_cannot_be_read_is_absent_and_the_reason_is_kept_until_the_next_pass()
    {
        Temporary.MakeDirectory("device/busy");
        using var files = Files();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.ReadText("busy"), Is.Null);
            Assert.That(files.Problem, Does.StartWith("read ").And.Contain("device/busy").And.EndWith("(EISDIR)"));
        }

        files.Begin();
        Assert.That(files.Problem, Is.Null);
    }

    [Test]
    public void What_cannot_be_opened_is_a_problem_in_each_pass()
    {
        Temporary.Link("device/busy", "busy");
        using var files = Files();
        for (var pass = 0; pass < 2; pass++)
        {
            files.Begin();
            Assert.That(files.ReadText("busy"), Is.Null);
            Assert.That(files.Problem, Does.EndWith("(ELOOP)"));
        }
    }

    [Test]
    public void A_file_that_could_not_be_read_is_opened_anew_the_next_time()
    {
        Temporary.MakeDirectory("device/busy");
        using var files = Files();
        files.ReadText("busy");
        Directory.Delete(Temporary.Combine("device/busy"));
        Temporary.Write("device/busy", "9");

        Assert.That(files.ReadText("busy"), Is.EqualTo("9"));
    }

    // As sysfs does, whose files cannot be cut short by anybody.
    [Test]
    public void An_empty_file_is_an_empty_text()
    {
        Temporary.Write("device/unique_id", "");
        using var files = Files();
        Assert.That(files.ReadText("unique_id"), Is.Empty);
    }

    [TestCase(4095)]
    [TestCase(4096)]
    [TestCase(4097)]
    [TestCase(16_384)]
    [TestCase(100_000)]
    public void A_file_of_many_pages_is_read_whole(int length)
    {
        var content = new byte[length];
        Random.Shared.NextBytes(content);
        Temporary.Write("device/ras/gpu_vram_bad_pages", content);
        using var files = Files();
        for (var pass = 0; pass < 2; pass++)
            Assert.That(files.ReadBytes("ras/gpu_vram_bad_pages"), Is.EqualTo(content));
    }

    [Test]
    public void An_endless_file_is_not_read()
    {
        Temporary.Write("device/endless", new byte[300 << 10]);
        using var files = Files();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.ReadBytes("endless"), Is.Null);
            Assert.That(files.Problem, Does.EndWith("(EFBIG)"));
        }
    }

    [Test]
    public void A_pipe_does_not_stop_the_reader()
    {
        Temporary.Fifo("device/pipe");
        using var files = Files();
        Assert.That(files.ReadText("pipe"), Is.Empty.Or.Null);
    }

    [Test]
    public void Links_are_followed_inside_the_tree_and_not_out_of_it()
    {
        Temporary.Write("devices/pci0000:00/0000:03:00.0/busy", "3");
        Temporary.Link("bus/pci/devices/0000:03:00.0", "../../../devices/pci0000:00/0000:03:00.0");
        Temporary.Link("devices/pci0000:00/0000:03:00.0/absolute", "/devices/pci0000:00/0000:03:00.0/busy");
        Temporary.Link("devices/pci0000:00/0000:03:00.0/out", "/etc/hostname");
        using var files = new SensorFiles(Temporary.Path, "bus/pci/devices/0000:03:00.0", _clock);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.ReadText("busy"), Is.EqualTo("3"));
            Assert.That(files.ReadText("absolute"), Is.EqualTo("3"));
            Assert.That(files.ReadText("out"), Is.Null);
        }
    }

    [Test]
    public void Names_are_in_order_and_those_of_a_while_ago()
    {
        Temporary.Write("device/hwmon/hwmon4/name", "amdgpu");
        Temporary.Write("device/hwmon/hwmon10/name", "other");
        using var files = Files();
        Assert.That(files.List("hwmon"), Is.EqualTo((string[])["hwmon10", "hwmon4"]));

        Temporary.Write("device/hwmon/hwmon5/name", "more");
        Assert.That(files.List("hwmon"), Has.Length.EqualTo(2));
        _clock.Advance(SensorFiles.LookAgain);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(files.List("hwmon"), Has.Length.EqualTo(3));
            Assert.That(files.List("nothing"), Is.Empty);
            Assert.That(files.Problem, Is.Null);
        }
    }

    [Test]
    public void More_files_than_are_kept_open_are_read_too()
    {
        for (var i = 0; i < 600; i++)
            Temporary.Write($"device/file{i}", $"{i}");
        using var files = Files();
        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < 600; i++)
                Assert.That(files.ReadText($"file{i}"), Is.EqualTo($"{i}"));
        }

        Assert.That(Descriptors(Temporary.Path), Is.LessThan(600));
    }

    [Test]
    public void With_few_descriptors_everything_is_read_all_the_same()
    {
        for (var i = 0; i < 400; i++)
            Temporary.Write($"device/file{i}", $"{i}");

        Assert.That(ChildProgram.ReadSensorFiles(Temporary.Path, 400, 250), Is.EqualTo("400\n400"));
    }

    [Test]
    public void A_tree_that_is_not_there_is_an_error() =>
        Assert.That(() => new SensorFiles(Temporary.Combine("nothing"), "device", _clock), Throws.InstanceOf<LinuxException>());

    // The kernel makes the text of such a file when it is read from its beginning.
    [Test]
    public void Of_real_sysfs_each_reading_is_a_new_one()
    {
        const string loopback = "class/net/lo";
        if (!File.Exists($"/sys/{loopback}/statistics/rx_packets"))
            Assert.Ignore("sysfs of this machine has no loopback interface");
        using var files = new SensorFiles("/sys", loopback, _clock);
        var before = long.Parse(files.ReadText("statistics/rx_packets")!);
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        using (var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.SendTo(new byte[1], receiver.LocalEndPoint!);
            receiver.Receive(new byte[1]);
        }

        Assert.That(long.Parse(files.ReadText("statistics/rx_packets")!), Is.GreaterThan(before));
    }

    private SensorFiles Files() => new(Temporary.Path, "device", _clock);

    private static int Descriptors(string path) =>
        Directory.GetFiles("/proc/self/fd").Count(descriptor => new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith(path, StringComparison.Ordinal));
}
