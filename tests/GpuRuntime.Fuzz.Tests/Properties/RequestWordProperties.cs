using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Requests;
using GpuRuntime.Fuzz.Tests.Replay;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>
/// What C hands on unread asks for nothing: whatever a config.json says, and however it is written, a request of which <see cref="RequestReader"/>
/// makes something, if only a warning, has a word that C finds.
/// </summary>
public sealed class RequestWordProperties : IDisposable
{
    // With the keys that C goes by at their defaults, and the others at values that make the most of a request.
    private static readonly ImmutableArray<RuntimeConfiguration> Configurations =
    [
        RuntimeConfiguration.Default,
        RuntimeConfiguration.Default with { CdiAnnotations = true },
        RuntimeConfiguration.Default with { AcceptAnnotations = false, AcceptEnvPrivileged = false, AcceptEnvUnprivileged = false },
    ];

    private static readonly ImmutableArray<string> Asking =
    [
        "NVIDIA_VISIBLE_DEVICES", "AMD_VISIBLE_DEVICES", "INTEL_VISIBLE_DEVICES", "GPU_RUNTIME_GPUS", "DOCKER_RESOURCE_NVIDIA-GPU", "CUDA_VERSION",
        "gpu-runtime.io/gpus", "gpu-runtime.io/memory", "cdi.k8s.io/x",
    ];

    // Of no request by themselves, and such as only look like one.
    private static readonly ImmutableArray<string> Others =
    [
        "PATH", "NVIDIA_REQUIRE_CUDA", "NVIDIA_DRIVER_CAPABILITIES", "VISIBLE_DEVICE", "nvidia_visible_devices", "GPU_RUNTIME", "io.kubernetes.pod.name", "CUDA_VERSIO", "DOCKER_RESOURCE",
    ];

    private readonly RequestWords _words = new();

    public void Dispose() => _words.Dispose();

    [Test]
    public void What_has_no_word_asks_for_nothing_however_it_is_written()
    {
        var (handedOn, asking) = (0, 0);
        Prop.ForAll(Specification.ToArbitrary(), text =>
        {
            var asks = Asks(Encoding.UTF8.GetBytes(text));
            var isHandedOn = !_words.AreIn(Encoding.UTF8.GetBytes(text));
            Assert.That(asks && isHandedOn, Is.False, text);
            handedOn += isHandedOn ? 1 : 0;
            asking += asks ? 1 : 0;
        }).Check(Seed.Of(4000));
        // There are enough cases of either kind.
        Assert.That(Math.Min(handedOn, asking), Is.GreaterThan(300), $"{handedOn} handed on, {asking} ask");
    }

    [Test]
    public void A_specification_that_is_changed_and_has_no_word_asks_for_nothing()
    {
        List<byte[]> seeds = [.. Corpus.Of("oci-config").Select(File.ReadAllBytes)];

        Prop.ForAll(Mutation.Of(seeds).ToArbitrary(), text => Assert.That(!_words.AreIn(text) && Asks(text), Is.False)).Check(Seed.Of(3000));
    }

    [TestCase("""{"process":{"env":["PATH=/usr/bin","A=\u003c\u003e\u0026 \"\\ \/ \b\f\n\r\t é \u00e9 \u0007 \u2028"]}}""", false)]
    [TestCase("NVIDIA_VISIBLE_DEVICES", true)]
    [TestCase("VISIBLE_DEVICES", true)]
    [TestCase("VVISIBLE_DEVICES", true)]
    [TestCase("VISIBLE_DEVICE", false)]
    [TestCase("visible_devices", false)]
    [TestCase("GPU_RUNTIME_", true)]
    [TestCase("gpu-runtime.io", true)]
    [TestCase("cdi.k8s.io", true)]
    [TestCase("DOCKER_RESOURCE_", true)]
    [TestCase("CUDA_VERSION", true)]
    [TestCase("""\\VISIBLE_DEVICES""", true)]
    [TestCase("""\\\VISIBLE_DEVICES""", true)]
    [TestCase("""\u0056ISIBLE_DEVICES""", true)]
    [TestCase("""gpu-runtime\u002eio""", true)]
    [TestCase("""gpu-runtime\u002Eio""", true)]
    [TestCase("""\u003C""", false)]
    [TestCase("""\u007e""", true)]
    [TestCase("""\u007f""", false)]
    [TestCase("""\u001f""", false)]
    [TestCase("""\u0020""", true)]
    [TestCase("""\u""", true)]
    [TestCase("""\u00""", true)]
    [TestCase("""\u00g0""", true)]
    [TestCase("\\", true)]
    [TestCase("""\x41""", true)]
    [TestCase("", false)]
    public void A_word_counts_in_any_place_and_an_escape_that_could_be_part_of_one(string text, bool expected) =>
        Assert.That(_words.AreIn(Encoding.UTF8.GetBytes(text)), Is.EqualTo(expected));

    private static bool Asks(byte[] text)
    {
        ContainerFacts facts;
        try
        {
            facts = OciSpec.Parse(text, "/run/bundle/config.json").Facts();
        }
        catch (GpuRuntimeException)
        {
            // No JSON: the low-level runtime's to refuse.
            return false;
        }

        return Configurations.Any(configuration => Asks(facts, configuration));
    }

    private static bool Asks(ContainerFacts facts, RuntimeConfiguration configuration)
    {
        try
        {
            return RequestReader.Read(facts, configuration, out var warnings) is not null || !warnings.IsEmpty;
        }
        catch (GpuRuntimeException)
        {
            return true;
        }
    }

    private static Gen<string> Name => Gen.Frequency((1, Gen.Elements(Asking.AsEnumerable())), (2, Gen.Elements(Others.AsEnumerable())));

    private static Gen<string> Specification =>
        from environment in Written(from name in Name from value in Gen.Elements("", "0", "all", "none", "void", "nvidia.com/gpu=0", "\"\\/<>&\u2028\u007fü") select $"{name}={value}").ListOf(2)
        from key in Written(Name)
        from value in Written(Gen.Elements("0", "all", "vendor.com/class=x", ""))
        from admin in Gen.Elements("", "\"CAP_SYS_ADMIN\"")
        select $$"""{"process":{"env":[{{string.Join(',', environment)}}],"capabilities":{"bounding":[{{admin}}] } },"annotations":{"a":"b",{{key}}:{{value}}},"linux":null}""";

    // A JSON string: none, some or all of its letters by escapes.
    private static Gen<string> Written(Gen<string> text) =>
        from value in text
        from share in Gen.Elements(0, 0, 0, 0, 0, 0, 5, 100)
        from dice in Gen.Choose(0, 99).ListOf(64)
        from isUpper in Gen.Elements(true, false)
        select $"\"{string.Concat(value.Select((letter, index) => Escaped(letter, dice.ElementAt(index % 64) < share, isUpper)))}\"";

    private static string Escaped(char letter, bool byNumber, bool isUpper) => letter switch
    {
        _ when byNumber => isUpper ? $"\\u{(int)letter:X4}" : $"\\u{(int)letter:x4}",
        '"' or '\\' or '/' => $"\\{letter}",
        _ => letter.ToString(),
    };
}
