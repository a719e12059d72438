using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Monitoring.Intel;

namespace GpuRuntime.Core.Tests.Monitoring.Intel;

/// <summary>Answers of i915 and xe to a query for memory regions. No Intel GPU is at hand: they are made by hand, as the kernel's headers lay them out.</summary>
public sealed class DeviceMemoryTests
{
    private const ulong GiB = 1UL << 30;

    [Test]
    public void Memory_of_xe_is_that_of_all_tiles_and_not_of_the_host_from_a_hand_made_answer() =>
        Assert.That(DeviceMemory.OfXe(Answer(8, (0, 64 * GiB, 9 * GiB), (1, 12 * GiB, 3 * GiB), (1, 12 * GiB, 1 * GiB))), Is.EqualTo(new DeviceMemory(24L << 30, 4L << 30)));

    [Test]
    public void Memory_of_i915_is_what_is_not_free_from_a_hand_made_answer() =>
        Assert.That(DeviceMemory.OfI915(Answer(16, (0, 64 * GiB, ulong.MaxValue), (1, 6 * GiB, 5 * GiB))), Is.EqualTo(new DeviceMemory(6L << 30, 1L << 30)));

    [Test]
    public void Whoever_may_not_know_what_is_used_knows_the_size_from_a_hand_made_answer() =>
        Assert.That(
            (DeviceMemory.OfXe(Answer(8, (1, 12 * GiB, 0))), DeviceMemory.OfI915(Answer(16, (1, 6 * GiB, 6 * GiB))), DeviceMemory.OfI915(Answer(16, (1, 6 * GiB, ulong.MaxValue)))),
            Is.EqualTo((new DeviceMemory(12L << 30, null), new DeviceMemory(6L << 30, null), new DeviceMemory(6L << 30, null))));

    [Test]
    public void A_GPU_without_memory_of_its_own_has_none_from_a_hand_made_answer() =>
        Assert.That((DeviceMemory.OfXe(Answer(8, (0, 64 * GiB, GiB))), DeviceMemory.OfI915(Answer(16))), Is.EqualTo(((DeviceMemory?)null, (DeviceMemory?)null)));

    [Test]
    public void An_answer_that_is_cut_off_tells_nothing_from_a_hand_made_answer() =>
        Assert.That(DeviceMemory.OfXe(Answer(8, (1, 12 * GiB, GiB), (1, 12 * GiB, GiB)).AsSpan()[..^1]), Is.Null);

    [Test]
    public void No_answer_throws_from_hand_made_answers() => Prop.ForAll<byte[]>(bytes =>
    {
        _ = DeviceMemory.OfXe(bytes);
        _ = DeviceMemory.OfI915(bytes);
        byte[] one = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, .. bytes, .. new byte[100]];
        return DeviceMemory.OfXe(one) is null or { TotalBytes: > 0, UsedBytes: null or > 0 };
    }).QuickCheckThrowOnFailure();

    // The third number: used (xe) or free (i915).
    private static byte[] Answer(int header, params (ushort Class, ulong Size, ulong Part)[] regions)
    {
        var answer = new byte[header + (88 * regions.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(answer, regions.Length);
        for (var i = 0; i < regions.Length; i++)
        {
            var region = answer.AsSpan(header + (88 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(region, regions[i].Class);
            BinaryPrimitives.WriteUInt64LittleEndian(region[8..], regions[i].Size);
            BinaryPrimitives.WriteUInt64LittleEndian(region[16..], regions[i].Part);
        }

        return answer;
    }
}
