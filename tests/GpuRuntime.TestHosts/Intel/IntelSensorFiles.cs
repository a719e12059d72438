namespace GpuRuntime.TestHosts;

/// <summary>What a discrete card's driver tells of it: clocks and throttling of its GTs, and a chip of hwmon. Numbers are of no real card.</summary>
internal static class IntelSensorFiles
{
    public static void Write(string device, SimulatedIntelGpu gpu)
    {
        FileTree.Write(Path.Combine(device, "power/runtime_status"), "active\n");
        if (gpu.Driver == "xe")
            WriteXe(device);
        else if (gpu.CardNumber is { } card)
            WriteI915(device, Path.Combine(device, $"drm/card{card}"));
    }

    private static void WriteXe(string device)
    {
        Gt(Path.Combine(device, "tile0/gt0"), "gt0-rc", ["rcs", "bcs", "ccs"], actual: 2400, highest: 2850, throttled: "pl2");
        Gt(Path.Combine(device, "tile0/gt1"), "gt1-mc", ["vcs", "vecs"], actual: 0, highest: 1500, throttled: null);
        Gt(Path.Combine(device, "tile1/gt2"), "gt2-rc", ["rcs", "bcs", "ccs"], actual: 1800, highest: 2850, throttled: null);
        Hwmon(
            device, "xe",
            ("energy1_input", 5_000_000_000), ("energy2_input", 4_000_000_000), ("power1_max", 150_000_000), ("power1_cap", 180_000_000), ("power2_max", 120_000_000),
            ("temp2_input", 61_000), ("temp2_crit", 100_000), ("temp3_input", 66_500), ("temp6_input", 64_000), ("fan1_input", 1100), ("fan1_max", 2200), ("in0_input", 12_050),
            ("in1_input", 0));
        FileTree.Write(Path.Combine(device, "hwmon/hwmon3/in0_label"), "card\n");
        FileTree.Write(Path.Combine(device, "hwmon/hwmon3/in1_label"), "pkg\n");
    }

    private static void WriteI915(string device, string card)
    {
        FileTree.Write(Path.Combine(card, "gt/gt0/rps_act_freq_mhz"), "1950\n");
        FileTree.Write(Path.Combine(card, "gt/gt0/rps_RP0_freq_mhz"), "2050\n");
        FileTree.Write(Path.Combine(card, "gt/gt0/throttle_reason_status"), "1\n");
        FileTree.Write(Path.Combine(card, "gt/gt0/throttle_reason_thermal"), "1\n");
        FileTree.Write(Path.Combine(card, "gt/gt0/throttle_reason_pl1"), "0\n");
        foreach (var engine in (string[])["rcs0", "bcs0", "vcs0", "vcs1", "vecs0"])
            FileTree.Write(Path.Combine(card, $"engine/{engine}/name"), engine + "\n");
        Hwmon(device, "i915", ("energy1_input", 7_000_000_000), ("power1_max", 0), ("temp1_input", 48_000), ("in0_input", 750));
    }

    private static void Gt(string directory, string name, string[] engines, int actual, int highest, string? throttled)
    {
        FileTree.Write(Path.Combine(directory, "gtidle/name"), name + "\n");
        FileTree.Write(Path.Combine(directory, "freq0/act_freq"), $"{actual}\n");
        FileTree.Write(Path.Combine(directory, "freq0/rp0_freq"), $"{highest}\n");
        FileTree.Write(Path.Combine(directory, "freq0/throttle/status"), throttled is null ? "0\n" : "1\n");
        FileTree.Write(Path.Combine(directory, "freq0/throttle/reasons"), (throttled ?? "none") + "\n");
        foreach (var reason in (string[])["pl1", "pl2", "thermal", "vr_tdc", "soc_thermal"])
            FileTree.Write(Path.Combine(directory, $"freq0/throttle/reason_{reason}"), reason == throttled ? "1\n" : "0\n");
        foreach (var engine in engines)
            FileTree.Write(Path.Combine(directory, $"engines/{engine}/job_timeout_ms"), "5000\n");
    }

    private static void Hwmon(string device, string driver, params (string Name, long Value)[] files)
    {
        var chip = Path.Combine(device, "hwmon/hwmon3");
        FileTree.Write(Path.Combine(chip, "name"), driver + "\n");
        foreach (var (name, value) in files)
            FileTree.Write(Path.Combine(chip, name), $"{value}\n");
    }
}
