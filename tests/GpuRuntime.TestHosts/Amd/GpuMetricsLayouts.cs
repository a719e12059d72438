namespace GpuRuntime.TestHosts;

/// <summary>The fields of the structures of drivers/gpu/drm/amd/include/kgd_pp_interface.h behind their head, by width in bits; a number behind a name is an array's length.</summary>
internal static class GpuMetricsLayouts
{
    private const string OldTemperatures = "16 temperature_edge temperature_hotspot temperature_mem temperature_vrgfx temperature_vrsoc temperature_vrmem";
    private const string OldActivity = "average_gfx_activity average_umc_activity average_mm_activity average_socket_power";
    private const string OldClocks =
        "16 average_gfxclk_frequency average_socclk_frequency average_uclk_frequency average_vclk0_frequency average_dclk0_frequency average_vclk1_frequency "
        + "average_dclk1_frequency current_gfxclk current_socclk current_uclk current_vclk0 current_dclk0 current_vclk1 current_dclk1 32 throttle_status 16 current_fan_speed";
    private const string OldLink = "pcie_link_width pcie_link_speed";
    private const string Discrete =
        $"{OldTemperatures} {OldActivity} 64 energy_accumulator system_clock_counter {OldClocks} {OldLink} padding 32 gfx_activity_acc mem_activity_acc 16 temperature_hbm*4";

    private const string NewHead = "16 temperature_hotspot temperature_mem temperature_vrsoc curr_socket_power average_gfx_activity average_umc_activity";
    private const string NewEnergy = "64 energy_accumulator system_clock_counter";
    private const string Residencies =
        "32 accumulation_counter prochot_residency_acc ppt_residency_acc socket_thm_residency_acc vr_thm_residency_acc hbm_thm_residency_acc";
    private const string NewLink =
        "32 gfxclk_lock_status 16 pcie_link_width pcie_link_speed xgmi_link_width xgmi_link_speed 32 gfx_activity_acc mem_activity_acc 64 pcie_bandwidth_acc "
        + "pcie_bandwidth_inst pcie_l0_to_recov_count_acc pcie_replay_count_acc pcie_replay_rover_count_acc";
    private const string Naks = "32 pcie_nak_sent_count_acc pcie_nak_rcvd_count_acc";
    private const string Xgmi = "64 xgmi_read_data_acc*8 xgmi_write_data_acc*8";
    private const string NewClocks = "64 firmware_timestamp 16 current_gfxclk*8 current_socclk*4 current_vclk0*4 current_dclk0*4 current_uclk";

    private const string ProcessorTemperatures = "16 temperature_gfx temperature_soc temperature_core*8 temperature_l3*2 average_gfx_activity average_mm_activity";
    private const string ProcessorPower = "16 average_socket_power average_cpu_power average_soc_power average_gfx_power average_core_power*8";
    private const string ProcessorClocks =
        "average_gfxclk_frequency average_socclk_frequency average_uclk_frequency average_fclk_frequency average_vclk_frequency average_dclk_frequency current_gfxclk "
        + "current_socclk current_uclk current_fclk current_vclk current_dclk current_coreclk*8 current_l3clk*2 32 throttle_status 16 fan_pwm";
    private const string Processor = $"{ProcessorTemperatures} 64 system_clock_counter {ProcessorPower} {ProcessorClocks} padding*3";
    private const string ProcessorAverages = "16 average_temperature_gfx average_temperature_soc average_temperature_core*8 average_temperature_l3*2";

    public static IEnumerable<(string Name, int Width, int Count)> Fields(int format, int content) => Parse(Text(format, content));

    private static string Text(int format, int content) => (format, content) switch
    {
        (1, 0) => $"64 system_clock_counter {OldTemperatures} {OldActivity} 32 energy_accumulator {OldClocks} 8 {OldLink}",
        (1, 1) => Discrete,
        (1, 2) => $"{Discrete} 64 firmware_timestamp",
        (1, 3) => $"{Discrete} 64 firmware_timestamp 16 voltage_soc voltage_gfx voltage_mem padding1 64 indep_throttle_status",
        (1, 4) => $"{NewHead} vcn_activity*4 {NewEnergy} 32 throttle_status {NewLink} {Xgmi} {NewClocks} padding",
        (1, 5) => $"{NewHead} vcn_activity*4 jpeg_activity*32 {NewEnergy} 32 throttle_status {NewLink} {Naks} {Xgmi} {NewClocks} padding",
        (1, 6) => $"{NewHead} {NewEnergy} {Residencies} {NewLink} {Naks} {Xgmi} {NewClocks} num_partition {Partitions(32, 0)} 32 pcie_lc_perf_other_end_recovery",
        (1, 7) => Bandwidth(Partitions(32, 1)),
        (1, 8) => Bandwidth(Partitions(40, 4)),
        (2, 0) => $"64 system_clock_counter {ProcessorTemperatures} {ProcessorPower} {ProcessorClocks} padding",
        (2, 1) => Processor,
        (2, 2) => $"{Processor} 64 indep_throttle_status",
        (2, 3) => $"{Processor} 64 indep_throttle_status {ProcessorAverages}",
        (2, 4) => $"{Processor} 64 indep_throttle_status {ProcessorAverages} average_cpu_voltage average_soc_voltage average_gfx_voltage average_cpu_current average_soc_current average_gfx_current",
        (3, 0) => "16 temperature_gfx temperature_soc temperature_core*16 temperature_skin average_gfx_activity average_vcn_activity average_ipu_activity*8 average_core_c0_activity*16 "
            + "average_dram_reads average_dram_writes average_ipu_reads average_ipu_writes 64 system_clock_counter 32 average_socket_power 16 average_ipu_power 32 average_apu_power "
            + "average_gfx_power average_dgpu_power average_all_core_power 16 average_core_power*16 average_sys_power stapm_power_limit current_stapm_power_limit average_gfxclk_frequency "
            + "average_socclk_frequency average_vpeclk_frequency average_ipuclk_frequency average_fclk_frequency average_vclk_frequency average_uclk_frequency average_mpipu_frequency "
            + "current_coreclk*16 current_core_maxfreq current_gfx_maxfreq 32 throttle_residency_prochot throttle_residency_spl throttle_residency_fppt throttle_residency_sppt "
            + "throttle_residency_thm_core throttle_residency_thm_gfx throttle_residency_thm_soc time_filter_alphavalue",
        _ => throw new ArgumentOutOfRangeException(nameof(content), $"no layout of {format}.{content}"),
    };

    private static string Bandwidth(string partitions) =>
        $"{NewHead} 64 mem_max_bandwidth {NewEnergy} {Residencies} {NewLink} {Naks} {Xgmi} 16 xgmi_link_status*8 padding {NewClocks} num_partition {partitions} 32 pcie_lc_perf_other_end_recovery";

    private static string Partitions(int jpegEngines, int counters)
    {
        var partitions = Enumerable.Range(0, 8).Select(number =>
        {
            var name = $"xcp_stats[{number}]";
            var added = string.Concat(Enumerable.Range(0, counters).Select(counter => $" {name}.gfx_counter_{counter}*8"));
            // A structure with counters of 64 bits begins where one of them could.
            return $"64 {name}.begin*0 32 {name}.gfx_busy_inst*8 16 {name}.jpeg_busy*{jpegEngines} {name}.vcn_busy*4 64 {name}.gfx_busy_acc*8{added}";
        });
        return string.Join(' ', partitions);
    }

    private static IEnumerable<(string Name, int Width, int Count)> Parse(string text)
    {
        var width = 0;
        foreach (var word in text.Split(' '))
        {
            if (int.TryParse(word, out var bits))
                width = bits / 8;
            else
                yield return word.Split('*') is [var name, var count] ? (name, width, int.Parse(count)) : (word, width, 1);
        }
    }
}
