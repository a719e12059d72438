using GpuRuntime.Core.Edits;
using static GpuRuntime.Core.Tests.Oci.SpecBuilder;

namespace GpuRuntime.Core.Tests.Oci;

/// <summary>getenv finds the first entry of a name, engines append the last: the names that ask for GPUs are left with one.</summary>
public sealed class EnvironmentEditTests
{
    [TestCase("NVIDIA_VISIBLE_DEVICES")]
    [TestCase("NVIDIA_DRIVER_CAPABILITIES")]
    [TestCase("AMD_VISIBLE_DEVICES")]
    [TestCase("INTEL_VISIBLE_DEVICES")]
    [TestCase("GPU_RUNTIME_GPUS")]
    public void The_last_of_several_entries_stays(string name) =>
        Assert.That(Collapsed($"{name}=image", "A=1", $"{name}=compose", "B=2", $"{name}=user", "C=3"), Is.EqualTo((string[])["A=1", "B=2", $"{name}=user", "C=3"]));

    [Test]
    public void Other_names_stay_as_often_as_they_are_given() =>
        Assert.That(Collapsed("PATH=/a", "NVIDIA_REQUIRE_CUDA=x", "PATH=/b", "NVIDIA_REQUIRE_CUDA=y"), Is.EqualTo((string[])["PATH=/a", "NVIDIA_REQUIRE_CUDA=x", "PATH=/b", "NVIDIA_REQUIRE_CUDA=y"]));

    [Test]
    public void A_name_that_begins_or_ends_alike_is_another() =>
        Assert.That(
            Collapsed("NVIDIA_VISIBLE_DEVICES_X=1", "XNVIDIA_VISIBLE_DEVICES=1", "nvidia_visible_devices=1", "NVIDIA_VISIBLE_DEVICES=0"), Has.Length.EqualTo(4));

    [Test]
    public void An_entry_without_an_equals_sign_is_no_variable_and_outdoes_none() =>
        Assert.That(Collapsed("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_VISIBLE_DEVICES"), Does.Contain("NVIDIA_VISIBLE_DEVICES=all"));

    [Test]
    public void Entries_given_once_keep_their_layout()
    {
        const string spec = "{\"process\": {\"env\": [ \"A=1\" ,\n \"NVIDIA_VISIBLE_DEVICES=0\" ] } }";

        Assert.That(Applied(spec, ContainerEdits.Empty), Is.EqualTo(spec));
    }

    [Test]
    public void Entries_that_stay_keep_their_bytes() =>
        Assert.That(
            Applied("{\"process\":{\"env\":[\"GPU_RUNTIME_GPUS=0\",\"A=\\u0041\\ud800\",\"GPU_RUNTIME_GPUS=1\"]}}", ContainerEdits.Empty),
            Is.EqualTo("{\"process\":{\"env\":[\"A=\\u0041\\ud800\",\"GPU_RUNTIME_GPUS=1\"]}}"));

    private static string[] Collapsed(params string[] env)
    {
        var spec = $"{{\"process\":{{\"env\":[{string.Join(',', env.Select(entry => $"\"{entry}\""))}]}}}}";
        return [.. Edited(spec, ContainerEdits.Empty)["process"]!["env"].Texts()];
    }
}
