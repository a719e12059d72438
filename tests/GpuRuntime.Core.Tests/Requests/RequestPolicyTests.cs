using GpuRuntime.Core.Configuration;
using GpuRuntime.Core.Requests;
using static GpuRuntime.Core.Tests.Requests.ContainerBuilder;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>Whose word counts is the administrator's to say, and what does not count is told.</summary>
public sealed class RequestPolicyTests
{
    private static readonly RuntimeConfiguration NoUnprivilegedEnv = RuntimeConfiguration.Default with { AcceptEnvUnprivileged = false };
    private static readonly RuntimeConfiguration NoPrivilegedEnv = RuntimeConfiguration.Default with { AcceptEnvPrivileged = false };
    private static readonly RuntimeConfiguration NoAnnotations = RuntimeConfiguration.Default with { AcceptAnnotations = false };

    [TestCase("NVIDIA_VISIBLE_DEVICES=all")]
    [TestCase("AMD_VISIBLE_DEVICES=all")]
    [TestCase("INTEL_VISIBLE_DEVICES=all")]
    [TestCase("GPU_RUNTIME_GPUS=all")]
    [TestCase("DOCKER_RESOURCE_GPU=1")]
    public void An_unprivileged_containers_environment_is_ignored_with_a_warning(string entry)
    {
        var request = Env(entry).Request(NoUnprivilegedEnv, out var warnings);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(request, Is.Null);
            Assert.That(warnings, Has.Length.EqualTo(1));
            Assert.That(string.Join(' ', warnings), Does.StartWith(entry.Split('=')[0]).And.Contain("acceptEnv.unprivileged"));
        }
    }

    [Test]
    public void Privileged_containers_are_asked_apart()
    {
        var container = Env("NVIDIA_VISIBLE_DEVICES=all").Privileged();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(container.Asked(NoUnprivilegedEnv), Is.EqualTo("nvidia all"));
            Assert.That(container.Request(NoPrivilegedEnv, out var warnings), Is.Null);
            Assert.That(warnings.Single(), Does.Contain("acceptEnv.privileged"));
            Assert.That(Env("NVIDIA_VISIBLE_DEVICES=all").Asked(NoPrivilegedEnv), Is.EqualTo("nvidia all"));
        }
    }

    [Test]
    public void A_legacy_CUDA_image_is_environment_too() => Assert.That(Env("CUDA_VERSION=8.0").Asked(NoUnprivilegedEnv), Is.EqualTo("nothing"));

    [Test]
    public void Annotations_count_where_the_environment_does_not() =>
        Assert.That(Env("NVIDIA_VISIBLE_DEVICES=all").Annotated(RequestReader.GpusAnnotation, "device=0").Asked(NoUnprivilegedEnv), Is.EqualTo("index 0"));

    [Test]
    public void Annotations_are_ignored_with_a_warning_where_they_do_not_count()
    {
        var container = Env("NVIDIA_VISIBLE_DEVICES=1").Annotated(RequestReader.GpusAnnotation, "all").Annotated(RequestReader.MemoryAnnotation, "nonsense");

        var request = container.Request(NoAnnotations, out var warnings);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(RequestText.Of(request!), Is.EqualTo("nvidia index 1"));
            Assert.That(request!.MemoryLimitBytes, Is.Null);
            Assert.That(warnings.Single(), Does.Contain(RequestReader.GpusAnnotation).And.Contain("acceptAnnotations"));
        }
    }

    [Test]
    public void What_counts_and_what_is_absent_is_not_warned_of()
    {
        Env("NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=all").Request(null, out var accepted);
        Env("PATH=/bin", "NVIDIA_VISIBLE_DEVICES=").Request(NoUnprivilegedEnv, out var absent);

        Assert.That(accepted.Concat(absent), Is.Empty);
    }

    [Test]
    public void A_request_that_does_not_count_is_not_parsed() => Assert.That(Env("NVIDIA_VISIBLE_DEVICES=nonsense").Asked(NoUnprivilegedEnv), Is.EqualTo("nothing"));

    [TestCase("none", "none")]
    [TestCase("void", "nothing")]
    [TestCase("", "nothing")]
    [TestCase("all", "nvidia all")]
    public void Accepted_values_stay_apart(string value, string expected) =>
        Assert.That(Env($"NVIDIA_VISIBLE_DEVICES={value}").Asked(RuntimeConfiguration.Default), Is.EqualTo(expected));
}
