using System.Text.Json.Nodes;
using GpuRuntime.TestHosts;

namespace GpuRuntime.EndToEnd.Tests.Kubernetes;

/// <summary>Pods come and go: what each is given, as the kubelet counts devices and as the containers' GPUs.</summary>
public sealed class AllocationRows : PluginFixture
{
    private const int Allocations = 1000;

    [TestCase(NvidiaGpu)]
    [TestCase(AmdGpu)]
    public async Task Of_a_thousand_allocations_in_random_order_no_two_that_live_have_a_GPU_in_common(string resource)
    {
        await PrepareAsync(resource == AmdGpu ? ReadyHosts.Mi210Hives : new SimulatedHostOptions { Nvidia = new SimulatedNvidiaHostOptions() });
        await StartAgentAsync();
        var ids = (await Kubelet.ListAsync(resource, static list => list.Healthy.Length == 8, "eight healthy GPUs")).Ids;
        var random = new Random(8);
        // The kubelet's own book, and what the answers mean to containers.
        var living = new List<(string[] Ids, string[] Names)>();

        for (var done = 0; done < Allocations;)
        {
            string[] free = [.. ids.Except(living.SelectMany(static pod => pod.Ids))];
            if (free.Length == 0 || random.Next(3) == 0)
            {
                if (living.Count > 0)
                    living.RemoveAt(random.Next(living.Count));
                continue;
            }

            random.Shuffle(free);
            var count = random.Next(1, free.Length + 1);
            string[] chosen = random.Next(4) == 0 ? [.. free.Take(count)] : await Kubelet.PreferAsync(resource, free, free.Take(random.Next(0, count)), count);
            Assert.That(chosen, Is.Unique.And.SubsetOf(free).And.Length.EqualTo(count));
            var names = NamesOf(await Kubelet.AllocateAsync(resource, chosen));
            Assert.That(names, Is.Unique.And.Length.EqualTo(count));
            Assert.That(living.SelectMany(static pod => pod.Names).Intersect(names), Is.Empty, $"allocation {done}");
            living.Add((chosen, names));
            done++;
        }
    }

    [Test]
    public async Task Several_containers_of_a_pod_are_answered_in_one_call_and_each_gets_its_own()
    {
        await PrepareAsync(ReadyHosts.Mi210Pair);
        await StartAgentAsync();
        var ids = (await Kubelet.ListAsync(AmdGpu)).Ids;

        var answer = await Kubelet.CallAsync(AmdGpu, "Allocate", FakeKubelet.Requests([.. ids.Reverse().Select(static id => new JsonObject { ["devices_ids"] = FakeKubelet.Array([id]) })]));

        Assert.That(
            answer["answer"]!["container_responses"]!.AsArray().Select(static container => NamesOf(container!).Single()),
            Is.EqualTo((string[])["amd.com/gpu=0000:c3:00.0", "amd.com/gpu=0000:43:00.0"]));
    }

    private static string[] NamesOf(JsonNode container) => [.. container["cdi_devices"]!.AsArray().Select(static device => (string)device!["name"]!)];
}
