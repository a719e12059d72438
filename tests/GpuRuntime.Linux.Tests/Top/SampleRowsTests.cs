using GpuRuntime.Agent.Top;
using GpuRuntime.Agent.Top.Rows;

namespace GpuRuntime.Linux.Tests.Top;

public sealed class SampleRowsTests
{
    [TestCase(TopOrder.Gpu, false, "amd:0 nvidia:0 intel:0")]
    [TestCase(TopOrder.Gpu, true, "intel:0 nvidia:0 amd:0")]
    [TestCase(TopOrder.Utilization, false, "nvidia:0 amd:0 intel:0")]
    [TestCase(TopOrder.Utilization, true, "amd:0 nvidia:0 intel:0")]
    [TestCase(TopOrder.Memory, false, "amd:0 nvidia:0 intel:0")]
    [TestCase(TopOrder.Power, false, "nvidia:0 amd:0 intel:0")]
    [TestCase(TopOrder.Power, true, "amd:0 nvidia:0 intel:0")]
    [TestCase(TopOrder.Pid, false, "amd:0 nvidia:0 intel:0")]
    public void GPUs_are_sorted_and_what_is_not_known_comes_last(object order, bool isReversed, string expected) =>
        Assert.That(new SampleOrder((TopOrder)order, isReversed).Gpus(TopSamples.Host).Select(gpu => gpu.Gpu.Id), Is.EqualTo(expected.Split(' ')));

    [TestCase(TopOrder.Gpu, false, "docker podman containerd")]
    [TestCase(TopOrder.Utilization, false, "containerd docker podman")]
    [TestCase(TopOrder.Utilization, true, "docker containerd podman")]
    [TestCase(TopOrder.Memory, false, "docker containerd podman")]
    [TestCase(TopOrder.Power, false, "containerd docker podman")]
    [TestCase(TopOrder.Container, false, "docker containerd podman")]
    [TestCase(TopOrder.Container, true, "podman containerd docker")]
    public void Containers_are_sorted(object order, bool isReversed, string expected) =>
        Assert.That(new SampleOrder((TopOrder)order, isReversed).Containers(TopSamples.Host).Select(row => row.Use.Container.Engine), Is.EqualTo(expected.Split(' ')));

    [TestCase(TopOrder.Gpu, false, 100, 90, 300, 7)]
    [TestCase(TopOrder.Utilization, false, 300, 100, 90, 7)]
    [TestCase(TopOrder.Memory, false, 100, 300, 7, 90)]
    [TestCase(TopOrder.Memory, true, 7, 300, 100, 90)]
    [TestCase(TopOrder.Container, false, 100, 300, 90, 7)]
    [TestCase(TopOrder.Pid, false, 7, 90, 100, 300)]
    [TestCase(TopOrder.Pid, true, 300, 100, 90, 7)]
    public void Processes_are_sorted(object order, bool isReversed, params int[] expected) =>
        Assert.That(new SampleOrder((TopOrder)order, isReversed).Processes(TopSamples.Host).Select(process => process.Process.Pid), Is.EqualTo(expected));

    [TestCase("", "amd:0 nvidia:0 intel:0", "docker containerd podman", "100 90 300 7")]
    [TestCase("TRAIN", "amd:0", "docker", "100")]
    [TestCase("shop", "nvidia:0", "containerd", "300")]
    [TestCase("amd:0", "amd:0", "docker podman", "100 90")]
    [TestCase("mi210", "amd:0", "", "")]
    [TestCase("1g.10gb", "nvidia:0", "", "")]
    [TestCase("xorg", "intel:0", "", "7")]
    [TestCase("300", "nvidia:0", "", "300")]
    [TestCase("no such thing", "", "", "")]
    public void A_filter_leaves_what_has_the_text_and_the_GPUs_of_that(string text, string gpus, string engines, string pids)
    {
        var left = new SampleFilter(text).Apply(TopSamples.Host);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(string.Join(' ', left.Gpus.Select(gpu => gpu.Gpu.Id)), Is.EqualTo(gpus));
            Assert.That(string.Join(' ', left.Containers.Select(use => use.Container.Engine)), Is.EqualTo(engines));
            Assert.That(string.Join(' ', left.Processes.Select(process => process.Process.Pid)), Is.EqualTo(pids));
        }
    }
}
