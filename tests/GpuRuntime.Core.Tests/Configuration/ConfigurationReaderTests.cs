using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Configuration;

/// <summary>The configuration file as an administrator writes it.</summary>
public sealed class ConfigurationReaderTests
{
    [TestCase("{}")]
    [TestCase(" \n {} \n ")]
    [TestCase("// nothing yet\n{\n /* or ever */ }")]
    [TestCase("{\"host\": {}, \"limits\": {}}")]
    public void A_file_that_sets_nothing_leaves_every_default(string text)
    {
        var effective = Read(text);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(effective.Values, Is.EqualTo(RuntimeConfiguration.Default));
            Assert.That(effective.Origins, Is.Empty);
        }
    }

    [Test]
    public void Every_key_is_read()
    {
        var values = Read("""
            {
                "host": { "root": "/host", "dev": "/d", "proc": "/p", "sys": "/s", "driver": "/run/nvidia/driver" },
                "lowLevelRuntimes": ["/opt/runc", "crun"],
                "acceptEnv": { "privileged": false, "unprivileged": false },
                "acceptAnnotations": false,
                "gpusFlag": "nvidia",
                "swarmResources": ["DOCKER_RESOURCE_GPU"],
                "cdi": { "specDirs": ["/cdi"], "annotations": true },
                "limits": {
                    "minimumTier": "kernel", "overcommit": true, "minimumComputeTier": "advisory", "graceSeconds": 0, "spillMemory": "16GiB",
                    "mps": { "pipeDirectory": "/run/mps", "sharedMemory": "/run/mps-shm" }
                },
                "allocation": { "maxHolders": 4 },
                "agent": {
                    "listen": "unix:/run/agent.sock", "tls": { "certificate": "/etc/agent.pem", "key": "/etc/agent.key" }, "tokenFile": "/etc/agent.token",
                    "compat": "dcgm", "pcieThroughput": true, "podResources": "", "health": { "ignoredXids": ["94"] }
                },
                "libraries": { "searchPaths": ["/opt/lib"] },
                "log": { "path": "/var/log/gpu-runtime.log", "level": "debug" },
                "stateDirectory": "/var/lib/state"
            }
            """).Values;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(values.HostRoot, Is.EqualTo("/host"));
            Assert.That(values.HostDev, Is.EqualTo("/d"));
            Assert.That(values.HostProc, Is.EqualTo("/p"));
            Assert.That(values.HostSys, Is.EqualTo("/s"));
            Assert.That(values.HostDriver, Is.EqualTo("/run/nvidia/driver"));
            Assert.That(values.AcceptEnvPrivileged, Is.False);
            Assert.That(values.AcceptEnvUnprivileged, Is.False);
            Assert.That(values.AcceptAnnotations, Is.False);
            Assert.That(values.GpusFlag, Is.EqualTo(GpusFlagMeaning.Nvidia));
            Assert.That(values.CdiAnnotations, Is.True);
            Assert.That(values.MinimumTier, Is.EqualTo(LimitTier.Kernel));
            Assert.That(values.Overcommit, Is.True);
            Assert.That(values.MinimumComputeTier, Is.EqualTo(ComputeTier.Advisory));
            Assert.That(values.GraceSeconds, Is.Zero);
            Assert.That(values.SpillMemoryBytes, Is.EqualTo(16L << 30));
            Assert.That(values.MpsPipeDirectory, Is.EqualTo("/run/mps"));
            Assert.That(values.MpsSharedMemory, Is.EqualTo("/run/mps-shm"));
            Assert.That(values.MaxHolders, Is.EqualTo(4));
            Assert.That(values.AgentListen, Is.EqualTo("unix:/run/agent.sock"));
            Assert.That((values.AgentTlsCertificate, values.AgentTlsKey, values.AgentTokenFile), Is.EqualTo(("/etc/agent.pem", "/etc/agent.key", "/etc/agent.token")));
            Assert.That(values.AgentCompat, Is.EqualTo(MetricNames.Dcgm));
            Assert.That(values.AgentPcieThroughput, Is.True);
            Assert.That(values.AgentPodResources, Is.Empty);
            Assert.That(values.AgentIgnoredXids, Is.EqualTo((string[])["94"]));
            Assert.That(values.LogPath, Is.EqualTo("/var/log/gpu-runtime.log"));
            Assert.That(values.LogLevel, Is.EqualTo(LogLevelName.Debug));
            Assert.That(values.StateDirectory, Is.EqualTo("/var/lib/state"));
            Assert.That(values.LowLevelRuntimes, Is.EqualTo((string[])["/opt/runc", "crun"]));
            Assert.That(values.SwarmResources, Is.EqualTo((string[])["DOCKER_RESOURCE_GPU"]));
            Assert.That(values.CdiSpecDirectories, Is.EqualTo((string[])["/cdi"]));
            Assert.That(values.LibrarySearchPaths, Is.EqualTo((string[])["/opt/lib"]));
        }
    }

    [TestCase("auto", GpusFlagMeaning.Auto)]
    [TestCase("nvidia", GpusFlagMeaning.Nvidia)]
    public void The_gpus_flag_has_its_words(string word, GpusFlagMeaning expected) => Assert.That(Read($"{{\"gpusFlag\":\"{word}\"}}").Values.GpusFlag, Is.EqualTo(expected));

    [TestCase("hardware", LimitTier.Hardware)]
    [TestCase("kernel", LimitTier.Kernel)]
    [TestCase("watchdog", LimitTier.Watchdog)]
    [TestCase("cooperative", LimitTier.Cooperative)]
    public void Tiers_have_their_words(string word, LimitTier expected) => Assert.That(Read($"{{\"limits\":{{\"minimumTier\":\"{word}\"}}}}").Values.MinimumTier, Is.EqualTo(expected));

    [TestCase("\"graceSeconds\": 3601", "limits.graceSeconds must be a whole number from 0 to 3600")]
    [TestCase("\"graceSeconds\": -1", "limits.graceSeconds must be a whole number from 0 to 3600")]
    [TestCase("\"graceSeconds\": 1.5", "limits.graceSeconds must be a whole number from 0 to 3600")]
    [TestCase("\"graceSeconds\": \"10\"", "limits.graceSeconds must be a whole number from 0 to 3600")]
    [TestCase("\"spillMemory\": \"lots\"", "limits.spillMemory must be an amount of memory in quotes such as \"16GiB\", or empty")]
    [TestCase("\"spillMemory\": 16", "limits.spillMemory must be an amount of memory in quotes such as \"16GiB\", or empty")]
    [TestCase("\"minimumComputeTier\": \"watchdog\"", "limits.minimumComputeTier must be one of hardware, cooperative, advisory")]
    [TestCase("\"mps\": \"/run/mps\"", "limits.mps must be an object")]
    [TestCase("\"mps\": { \"pipeDirectory\": \"mps\" }", "limits.mps.pipeDirectory must be an absolute path in quotes, or empty")]
    public void Limits_that_are_none_say_what_they_must_be(string member, string problem) => Assert.That(
        Refusal.Of(ErrorCode.ConfigurationInvalid, () => Read($"{{\"limits\":{{{member}}}}}")), Does.EndWith($"line 1: {problem}."));

    [TestCase("debug", LogLevelName.Debug)]
    [TestCase("information", LogLevelName.Information)]
    [TestCase("warning", LogLevelName.Warning)]
    [TestCase("error", LogLevelName.Error)]
    public void Levels_have_their_words(string word, LogLevelName expected) => Assert.That(Read($"{{\"log\":{{\"level\":\"{word}\"}}}}").Values.LogLevel, Is.EqualTo(expected));

    [Test]
    public void Comments_and_trailing_commas_are_fine()
    {
        var effective = Read("// head\n{\n  /* a block\n     of two lines */\n  \"gpusFlag\": \"nvidia\", // behind\n  \"cdi\": { \"specDirs\": [\"/a\", /* in */ \"/b\",], },\n}\n// tail");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(effective.Values.GpusFlag, Is.EqualTo(GpusFlagMeaning.Nvidia));
            Assert.That(effective.Values.CdiSpecDirectories, Is.EqualTo((string[])["/a", "/b"]));
            Assert.That(effective.Origins, Is.EqualTo(new Dictionary<string, string> { ["gpusFlag"] = "/etc/c.json:5", ["cdi.specDirs"] = "/etc/c.json:6" }));
        }
    }

    [Test]
    public void A_byte_order_mark_is_fine()
    {
        var effective = ConfigurationReader.Read([.. Encoding.UTF8.Preamble, .. "{\n\"gpusFlag\":\"nvidia\"}"u8], "/etc/c.json");

        Assert.That(effective.Origins["gpusFlag"], Is.EqualTo("/etc/c.json:2"));
    }

    [Test]
    public void An_empty_log_path_means_no_log() => Assert.That(Read("{\"log\":{\"path\":\"\"}}").Values.LogPath, Is.Empty);

    [Test]
    public void Prefixes_follow_the_root_unless_they_are_set()
    {
        var values = Read("{\"host\":{\"root\":\"/host\",\"sys\":\"/elsewhere\"}}").Values;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(values.Dev, Is.EqualTo("/host/dev"));
            Assert.That(values.Proc, Is.EqualTo("/host/proc"));
            Assert.That(values.Sys, Is.EqualTo("/elsewhere"));
            Assert.That(values.Driver, Is.EqualTo("/host"));
            Assert.That(RuntimeConfiguration.Default.Dev, Is.EqualTo("/dev"));
            Assert.That(RuntimeConfiguration.Default.Driver, Is.EqualTo("/"));
            Assert.That((RuntimeConfiguration.Default with { HostRoot = "/host/" }).Proc, Is.EqualTo("/host/proc"));
        }
    }

    [Test]
    public void The_file_that_is_installed_names_every_key_and_changes_nothing()
    {
        var effective = ConfigurationReader.Read(File.ReadAllBytes(Installed()), "config.json");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(effective.Origins.Keys.Concat(Commented()), Is.SupersetOf(ConfigurationKey.All.Select(key => key.Name)));
            foreach (var key in ConfigurationKey.All)
                Assert.That(Text(key.Get(effective.Values)), Is.EqualTo(Text(key.Get(RuntimeConfiguration.Default))), key.Name);
        }

        static object Text(object value) => value is ImmutableArray<string> list ? string.Join(' ', list) : value;
    }

    // host.dev and its kin follow host.root, so that the file can only mention them.
    private static IEnumerable<string> Commented() =>
        File.ReadLines(Installed()).Where(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => ConfigurationKey.All.Where(key => line.Contains($"\"{key.Name.Split('.')[^1]}\"", StringComparison.Ordinal)).Select(key => key.Name));

    private static string Installed([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "../../../config/config.json");

    private static EffectiveConfiguration Read(string text) => ConfigurationReader.Read(Encoding.UTF8.GetBytes(text), "/etc/c.json");
}
