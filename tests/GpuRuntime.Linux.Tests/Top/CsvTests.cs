using GpuRuntime.Agent.Top.Output;
using GpuRuntime.Agent.Top.Rows;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class CsvTests
{
    private static readonly DateTimeOffset Time = TopSamples.Host.Time;

    [Test]
    public void A_GPU_is_a_row_with_empty_places_for_what_is_not_known()
    {
        var rows = TopSamples.Host.Gpus.Select(gpu => GpuCsv.Row(Time, gpu));

        Assert.That(rows, Is.EqualTo((string[])
        [
            "2026-03-04T05:06:07.089Z,amd:0,amd,0x84CAFEAE17E7696,0000:43:00.0,AMD Instinct MI210,0.75,0.1,34359738368,68719476736,120.5,300,1000000,edge,65,graphics,1500000000,1,",
            "2026-03-04T05:06:07.089Z,nvidia:0,nvidia,,0000:3b:00.0,NVIDIA H100,0.9,,8589934592,85899345920,350,,,gpu,80,sm,1980000000,0,",
            "2026-03-04T05:06:07.089Z,intel:0,intel,,0000:03:00.0,,,,,,,,,,,,,1,reading it has not returned after 500 milliseconds",
        ]));
        Assert.That(rows.Select(row => row.Split(',').Length), Has.All.EqualTo(GpuCsv.Header.Split(',').Length));
    }

    [Test]
    public void A_container_is_a_row_for_each_of_its_units()
    {
        var rows = ContainerRow.Of(TopSamples.Host).Select(row => ContainerCsv.Row(Time, row)).ToArray();

        Assert.That(rows, Is.EqualTo((string[])
        [
            $"2026-03-04T05:06:07.089Z,{TopSamples.Train.Id},docker,train,,,,amd:0,1,3221225472,4294967296,watchdog,50,advisory,0.25,12.5,2",
            $"2026-03-04T05:06:07.089Z,{TopSamples.Web.Id},containerd,,shop,web-7f,api,nvidia:0:1,1,1073741824,,,,,0.5,,1",
            "2026-03-04T05:06:07.089Z,eeee,podman,x?[2J[red]y[/]\u202eg?z,,,,amd:0,0,,,,,,,,1",
        ]));
        Assert.That(rows.Select(row => row.Split(',').Length), Has.All.EqualTo(ContainerCsv.Header.Split(',').Length));
    }

    [TestCase("plain", "plain")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [TestCase("two\r\nlines", "two??lines")]
    [TestCase("", "")]
    [TestCase(null, "")]
    public void A_value_is_quoted_where_it_has_to_be(string? value, string expected) => Assert.That(new CsvLine().Add(value).Add(1L).ToString(), Is.EqualTo($"{expected},1"));
}
