using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Amd;
using GpuRuntime.Core.Monitoring.Samples;
using GpuRuntime.TestHosts;

namespace GpuRuntime.Core.Tests.Monitoring;

/// <summary>gpu_metrics of every format, made of the kernel's structures.</summary>
public sealed class AmdMetricsTests
{
    // sizeof of the structures.
    [TestCase(1, 0, ExpectedResult = 80)]
    [TestCase(1, 1, ExpectedResult = 96)]
    [TestCase(1, 2, ExpectedResult = 104)]
    [TestCase(1, 3, ExpectedResult = 120)]
    [TestCase(1, 4, ExpectedResult = 288)]
    [TestCase(1, 5, ExpectedResult = 360)]
    [TestCase(1, 6, ExpectedResult = 1664)]
    [TestCase(1, 7, ExpectedResult = 2208)]
    [TestCase(1, 8, ExpectedResult = 3872)]
    [TestCase(2, 0, ExpectedResult = 120)]
    [TestCase(2, 1, ExpectedResult = 120)]
    [TestCase(2, 2, ExpectedResult = 128)]
    [TestCase(2, 3, ExpectedResult = 152)]
    [TestCase(2, 4, ExpectedResult = 168)]
    [TestCase(3, 0, ExpectedResult = 264)]
    public int A_table_that_knows_nothing_tells_nothing(int format, int content)
    {
        var bytes = new GpuMetricsTable(format, content).ToBytes();
        Assert.That(Text(bytes), Is.Empty);
        return bytes.Length;
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Graphics_cards_tell_by_1_0_to_1_3(int content)
    {
        var table = new GpuMetricsTable(1, content)
            .Set("temperature_edge", 41).Set("temperature_hotspot", 42).Set("temperature_mem", 43).Set("temperature_vrgfx", 44).Set("temperature_vrsoc", 45).Set("temperature_vrmem", 0)
            .Set("average_gfx_activity", 31).Set("average_umc_activity", 32).Set("average_mm_activity", 33).Set("average_socket_power", 120).Set("energy_accumulator", 65536)
            .Set("average_gfxclk_frequency", 1).Set("current_gfxclk", 1800).Set("average_socclk_frequency", 2).Set("current_socclk", 1200).Set("average_uclk_frequency", 875)
            .Set("current_vclk0", 700).Set("pcie_link_width", 8).Set("pcie_link_speed", 80);

        Assert.That(Text(table.ToBytes()), Is.EqualTo(
            """
            GraphicsActivity 0.31
            MemoryActivity 0.32
            VideoActivity 0.33
            PowerWatts 120
            Temperatures edge 41, junction 42, memory 43, vr_graphics 44, vr_soc 45
            Clocks graphics 1800000000, soc 1200000000, memory 875000000, video 700000000
            Pcie 8000000000 x8
            """));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Data_centre_GPUs_up_to_the_MI200s_tell_of_stacks_and_energy(int content)
    {
        var table = new GpuMetricsTable(1, content).Set("temperature_hbm", 51, 52, 53, 54).Set("energy_accumulator", 3UL << 40);

        Assert.That(Text(table.ToBytes()), Is.EqualTo("EnergyJoules 50331648\nTemperatures hbm0 51, hbm1 52, hbm2 53, hbm3 54"));
    }

    [Test]
    public void Voltages_and_reasons_to_throttle_come_with_1_3() =>
        Assert.That(
            Text(new GpuMetricsTable(1, 3).Set("voltage_soc", 900).Set("voltage_gfx", 1050).Set("voltage_mem", 0).Set("indep_throttle_status", 1UL << 57 | 1).ToBytes()),
            Is.EqualTo($"Voltages soc 0.9, graphics 1.05\nThrottling {1UL << 57 | 1}"));

    [TestCase(4)]
    [TestCase(5)]
    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    public void MI300s_tell_by_1_4_to_1_8(int content)
    {
        var table = new GpuMetricsTable(1, content)
            .Set("temperature_hotspot", 61).Set("temperature_mem", 62).Set("temperature_vrsoc", 63).Set("curr_socket_power", 640).Set("average_gfx_activity", 97).Set("average_umc_activity", 41)
            .Set("energy_accumulator", 98304).Set("pcie_link_width", 16).Set("pcie_link_speed", 320).Set("pcie_replay_count_acc", 7)
            .Set("current_gfxclk", 1400, 2100, 1900).Set("current_socclk", 1000, 1100).Set("current_vclk0", 30).Set("current_uclk", 1300);

        Assert.That(Text(table.ToBytes()), Is.EqualTo(
            """
            GraphicsActivity 0.97
            MemoryActivity 0.41
            PowerWatts 640
            EnergyJoules 1.5
            Temperatures junction 61, memory 62, vr_soc 63
            Clocks graphics 2100000000, soc 1100000000, video 30000000, memory 1300000000
            Pcie 32000000000 x16 replays 7
            """));
    }

    [Test]
    public void Engines_of_1_5_tell_their_mean() =>
        Assert.That(Text(new GpuMetricsTable(1, 5).Set("vcn_activity", 10, 30).Set("jpeg_activity", 1, 2, 3, 6).ToBytes()), Is.EqualTo("VideoActivity 0.2\nJpegActivity 0.03"));

    [TestCase(6)]
    [TestCase(7)]
    [TestCase(8)]
    public void Partitions_tell_each_for_itself_from_1_6_on(int content)
    {
        var table = new GpuMetricsTable(1, content)
            .Set("xcp_stats[0].gfx_busy_inst", 100).Set("xcp_stats[0].vcn_busy", 50)
            .Set("xcp_stats[3].gfx_busy_inst", 20, 40).Set("xcp_stats[3].jpeg_busy", 8)
            .Set("xcp_stats[7].gfx_busy_inst", 0).ToBytes();

        var partitions = GpuMetrics.Parse(table)!.Partitions;
        PartitionActivity[] expected = [new(1, 0.5, null), new(null, null, null), new(null, null, null), new(0.3, null, 0.08)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(partitions.Take(4), Is.EqualTo(expected));
            Assert.That(partitions[7], Is.EqualTo(new PartitionActivity(0, null, null)));
        }
    }

    // Of drivers before the partitions came.
    [Test]
    public void A_table_1_6_without_partitions_tells_the_rest()
    {
        var whole = new GpuMetricsTable(1, 6).Set("average_gfx_activity", 3).ToBytes();
        var cut = whole[..312];
        (cut[0], cut[1]) = (312 & 0xff, 312 >> 8);

        Assert.That(Text(cut), Is.EqualTo("GraphicsActivity 0.03"));
        Assert.That(GpuMetrics.Parse(cut)!.Partitions, Is.Empty);
    }

    [Test]
    public void A_table_1_9_tells_by_attributes()
    {
        var table = new GpuMetricsAttributes(9)
            .Add(0, 2, 68).Add(1, 2, 50).Add(2, 2, ushort.MaxValue).Add(3, 2, 706).Add(4, 2, 100).Add(5, 2, 60).Add(7, 8, 131072).Add(9, 4, 55_262_364)
            .Add(11, 4, 754_247).Add(16, 2, 16).Add(17, 2, 320).Add(25, 8, 2).Add(33, 2, 1262, 1317, ushort.MaxValue).Add(34, 2, 1000).Add(37, 2, 1300)
            .Add(41, 2, 10, 20).Add(42, 2, 4, ushort.MaxValue).Add(48, 2, 55, 56).Add(500, 1, 1, 2, 3).Add(47, 8, 1, 2);

        Assert.That(Text(table.ToBytes()), Is.EqualTo(
            """
            GraphicsActivity 1
            MemoryActivity 0.6
            VideoActivity 0.04
            JpegActivity 0.15
            PowerWatts 706
            EnergyJoules 2
            Temperatures junction 68, memory 50, hbm0 55, hbm1 56
            Clocks graphics 1317000000, soc 1000000000, memory 1300000000
            Pcie 32000000000 x16 replays 2
            Cycles 55262364
            Residencies power 754247
            """));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Processors_tell_by_2_0_to_2_4_in_hundredths_of_a_degree(int content)
    {
        var table = new GpuMetricsTable(2, content)
            .Set("temperature_gfx", 4512).Set("temperature_soc", 4400).Set("average_gfxclk_frequency", 1).Set("current_gfxclk", 1040).Set("average_socclk_frequency", 600)
            .Set("current_uclk", 687).Set("current_fclk", 800).Set("current_vclk", 400);

        Assert.That(Text(table.ToBytes()), Is.EqualTo("Temperatures edge 45.12, soc 44\nClocks graphics 1040000000, soc 600000000, memory 687000000, fabric 800000000, video 400000000"));
    }

    [TestCase(2, ExpectedResult = "Throttling 2")]
    [TestCase(3, ExpectedResult = "Throttling 2")]
    [TestCase(4, ExpectedResult = "GraphicsActivity 0.79\nVideoActivity 0.5\nPowerWatts 6.161\nVoltages soc 0.7, graphics 0.9\nThrottling 2")]
    public string What_later_tables_of_processors_add(int content)
    {
        var table = new GpuMetricsTable(2, content).Set("average_gfx_activity", 7900).Set("average_mm_activity", 5000).Set("average_socket_power", 6161).Set("indep_throttle_status", 2);
        return Text((content < 4 ? table : table.Set("average_soc_voltage", 700).Set("average_gfx_voltage", 900)).ToBytes());
    }

    [Test]
    public void Processors_tell_by_3_0()
    {
        var table = new GpuMetricsTable(3, 0)
            .Set("temperature_gfx", 3812).Set("temperature_soc", 4062).Set("temperature_skin", 3598).Set("average_gfx_activity", 3).Set("average_vcn_activity", 9)
            .Set("average_socket_power", 98_390).Set("average_gfxclk_frequency", 849).Set("average_socclk_frequency", 628).Set("average_fclk_frequency", 1162)
            .Set("average_vclk_frequency", 800).Set("average_uclk_frequency", 836).Set("throttle_residency_prochot", 1).Set("throttle_residency_spl", 2)
            .Set("throttle_residency_fppt", 4).Set("throttle_residency_thm_core", 8).Set("throttle_residency_thm_gfx", 16);

        Assert.That(Text(table.ToBytes()), Is.EqualTo(
            """
            GraphicsActivity 0.03
            VideoActivity 0.09
            PowerWatts 98.39
            Temperatures edge 38.12, soc 40.62, skin 35.98
            Clocks graphics 849000000, soc 628000000, fabric 1162000000, video 800000000, memory 836000000
            Residencies prochot 1, power 6, thermal 24
            """));
    }

    [TestCase(1, 10)]
    [TestCase(2, 5)]
    [TestCase(3, 1)]
    [TestCase(4, 0)]
    [TestCase(0, 0)]
    public void A_format_that_is_not_known_tells_nothing(int format, int content)
    {
        var table = new GpuMetricsTable(1, 3).Set("average_gfx_activity", 50).ToBytes();
        (table[2], table[3]) = ((byte)format, (byte)content);
        Assert.That(GpuMetrics.Parse(table), Is.Null);
    }

    [Test]
    public void A_table_that_is_shorter_than_its_format_or_than_it_says_tells_nothing([Values(0, 1, 3, 4, 119)] int length)
    {
        var table = new GpuMetricsTable(1, 3).ToBytes()[..length];
        Assert.That(GpuMetrics.Parse(table), Is.Null);
        if (length < 4)
            return;
        (table[0], table[1]) = ((byte)length, 0);
        Assert.That(GpuMetrics.Parse(table), Is.Null);
    }

    [Test]
    public void A_table_that_the_capture_has_padded_is_read() =>
        Assert.That(Text([.. new GpuMetricsTable(1, 3).Set("average_gfx_activity", 64).ToBytes(), .. new byte[3976]]), Is.EqualTo("GraphicsActivity 0.64"));

    [Test]
    public void More_than_all_of_the_time_is_no_activity() =>
        Assert.That(Text(new GpuMetricsTable(1, 3).Set("average_gfx_activity", 101).Set("average_umc_activity", 100).ToBytes()), Is.EqualTo("MemoryActivity 1"));

    [Test]
    public void A_partition_tells_by_its_own_tables()
    {
        var attributes = new GpuMetricsAttributes(1).Add(40, 4, 50, 70).Add(42, 2, 30).Add(33, 2, 2000, 2100).ToBytes();
        var partition = PartitionMetrics.Parse(attributes)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(partition.Activity, Is.EqualTo(new PartitionActivity(0.6, 0.3, null)));
            Assert.That(partition.Clocks, Is.EqualTo((Clock[])[new("graphics", 2100e6)]));
        }
    }

    [Test]
    public void No_bytes_make_a_parser_throw()
    {
        var formats = Gen.Elements((1, 0), (1, 1), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (2, 0), (2, 4), (3, 0));
        var sizes = Gen.Choose(0, 4096);
        var bytes = ArbMap.Default.GeneratorFor<byte[]>();
        var tables =
            from format in formats
            from size in sizes
            from length in Gen.Choose(0, 4096)
            from content in bytes.Resize(200)
            select Table(format, size, length, content ?? []);
        Prop.ForAll(tables.ToArbitrary(), table =>
        {
            _ = GpuMetrics.Parse(table);
            _ = PartitionMetrics.Parse(table);
            return true;
        }).QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(content =>
        {
            _ = GpuMetrics.Parse(content);
            _ = PartitionMetrics.Parse(content);
            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static byte[] Table((int Format, int Content) format, int size, int length, byte[] content)
    {
        var table = new byte[Math.Max(length, 4)];
        for (var i = 4; i < table.Length && content.Length > 0; i++)
            table[i] = content[i % content.Length];
        (table[0], table[1], table[2], table[3]) = ((byte)size, (byte)(size >> 8), (byte)format.Format, (byte)format.Content);
        return table;
    }

    private static string Text(byte[] bytes)
    {
        var metrics = GpuMetrics.Parse(bytes)!;
        var link = metrics.Pcie is { } pcie ? $"{pcie.TransfersPerSecond} x{pcie.Lanes}{(pcie.Replays is { } replays ? $" replays {replays}" : "")}" : "";
        (string Name, string Value)[] members =
        [
            ("GraphicsActivity", $"{metrics.GraphicsActivity}"), ("MemoryActivity", $"{metrics.MemoryActivity}"), ("VideoActivity", $"{metrics.VideoActivity}"), ("JpegActivity", $"{metrics.JpegActivity}"),
            ("PowerWatts", $"{metrics.PowerWatts}"), ("EnergyJoules", $"{metrics.EnergyJoules}"),
            ("Temperatures", string.Join(", ", metrics.Temperatures.Select(temperature => $"{temperature.Sensor} {temperature.Celsius}"))),
            ("Clocks", string.Join(", ", metrics.Clocks.Select(clock => $"{clock.Domain} {clock.Hertz}"))),
            ("Voltages", string.Join(", ", metrics.Voltages.Select(voltage => $"{voltage.Rail} {voltage.Volts}"))),
            ("Pcie", link), ("Throttling", $"{metrics.Throttling}"), ("Cycles", $"{metrics.Cycles}"),
            ("Residencies", string.Join(", ", metrics.Residencies.Select(residency => $"{residency.Reason} {residency.Count}"))),
        ];
        return string.Join('\n', members.Where(member => member.Value.Length > 0).Select(member => $"{member.Name} {member.Value}"));
    }
}
