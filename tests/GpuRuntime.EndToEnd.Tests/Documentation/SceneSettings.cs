using System.Collections.Immutable;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Documentation;

/// <summary>What a reader has when a page begins.</summary>
internal sealed record SceneSettings
{
    // DRM numbers of AMD's and Intel's are past those of NVIDIA's.
    private static readonly SimulatedHostOptions ThreeVendors = new()
    {
        Nvidia = new SimulatedNvidiaHostOptions { GpuCount = 4 },
        Amd = [.. ReadyHosts.Mi210Pair.Amd.Select(static (gpu, position) => gpu with { PciAddress = $"0000:{0x23 + (position * 0x60):x2}:00.0", CardNumber = 20 + position, RenderNumber = 150 + position })],
        Intel = [ReadyHosts.ThreeVendors.Intel[0] with { PciAddress = "0000:03:00.0", CardNumber = 10, RenderNumber = 140 }],
    };

    public SimulatedHostOptions Host { get; init; } = ThreeVendors;

    /// <summary>`make install` has been, the engine of the scene not started yet.</summary>
    public bool Installed { get; init; } = true;

    /// <summary>The engine's unit, if it has one.</summary>
    public string? Engine { get; init; }

    /// <summary>Who imports the image; <see langword="null"/>: nobody.</summary>
    public string? Importer { get; init; }

    /// <summary>A Debian suite whose Docker is installed.</summary>
    public string? Suite { get; init; }

    /// <summary>Where the machine has both; containerd 1.6 gives every container a share of the processors, for which version 2 has no controller there.</summary>
    public CgroupVersion Cgroups { get; init; } = CgroupVersion.V2;

    /// <summary>What is run at last, before the page's first block.</summary>
    public Func<string>? Then { get; init; }

    public static ImmutableDictionary<string, SceneSettings> ByName { get; } = new Dictionary<string, SceneSettings>
    {
        ["repository"] = new() { Installed = false },
        ["installed"] = new(),
        ["fresh docker"] = new() { Installed = false, Engine = "docker", Importer = "docker" },
        ["docker"] = new() { Engine = "docker", Importer = "docker" },
        ["docker 26"] = new() { Engine = "docker", Importer = "docker", Suite = "trixie" },
        ["docker on NVIDIA"] = new() { Engine = "docker", Importer = "docker", Host = new SimulatedHostOptions { Nvidia = new SimulatedNvidiaHostOptions { GpuCount = 4 } } },
        ["docker on AMD"] = new() { Engine = "docker", Importer = "docker", Host = ReadyHosts.Mi210Pair },
        ["docker with Debian's image"] = new() { Engine = "docker", Importer = "docker", Then = static () => $"docker tag {SceneImage.Reference} debian:bookworm-slim" },
        ["containerd"] = new() { Engine = "containerd", Importer = "ctr", Cgroups = CgroupVersion.V1 },
        ["podman"] = new() { Importer = "podman" },
        ["kubectl"] = new() { Installed = false, Then = static () => $"api-server {KubernetesPackages.Kubectl(null)}" },
    }.ToImmutableDictionary();
}
