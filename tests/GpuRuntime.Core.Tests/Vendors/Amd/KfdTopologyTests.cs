using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Vendors.Amd;

namespace GpuRuntime.Core.Tests.Vendors.Amd;

/// <summary>The properties of a KFD node, as kernels of all ages print them.</summary>
public sealed class KfdTopologyTests
{
    private const string Mi210 = """
        cpu_cores_count 0
        simd_count 416
        simd_per_cu 4
        gfx_target_version 90010
        vendor_id 4098
        device_id 29711
        location_id 49920
        domain 1
        drm_render_minor 129
        hive_id 0
        unique_id 673221733406978454
        num_xcc 1
        """;

    [Test]
    public void A_GPU_is_read_with_its_place_and_its_identity()
    {
        var node = KfdTopology.Parse(Mi210, number: 3, hipIndex: 1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(node, Is.EqualTo(new KfdNode(3, 1, 129, 1, 49920, 673221733406978454) { ComputeUnits = 104, HasPairedComputeUnits = false }));
            Assert.That(node!.Address.ToString(), Is.EqualTo("0001:c3:00.0"));
            Assert.That(node.Partition, Is.Zero);
        }
    }

    [Test]
    public void A_partition_is_told_by_the_place_of_the_function() =>
        Assert.That(KfdTopology.Parse(Mi210.Replace("49920", "49925", StringComparison.Ordinal), 0, 0)!.Partition, Is.EqualTo(5));

    [Test]
    public void A_kernel_that_prints_no_domain_means_the_first() =>
        Assert.That(KfdTopology.Parse(Mi210.Replace("domain 1\n", "", StringComparison.Ordinal), 0, 0)!.Address.ToString(), Is.EqualTo("0000:c3:00.0"));

    [TestCase("cpu_cores_count 96\nsimd_count 0\ngfx_target_version 0\ndrm_render_minor 0\n", TestName = "A_processor_is_no_GPU")]
    [TestCase("", TestName = "An_empty_file_is_no_GPU")]
    [TestCase("\n\n \n", TestName = "Blank_lines_are_no_GPU")]
    [TestCase("simd_count\nsimd_count \n simd_count 4\nSIMD_COUNT 4\nsimd_count=4", TestName = "Lines_of_another_form_are_no_GPU")]
    [TestCase("simd_count -4\nsimd_count 0x4\nsimd_count 4.0\nsimd_count four", TestName = "Numbers_of_another_form_are_no_GPU")]
    [TestCase("simd_count 99999999999999999999999", TestName = "A_number_that_does_not_fit_is_no_GPU")]
    public void What_is_no_GPU_is_left_out(string properties) => Assert.That(KfdTopology.Parse(properties, 0, 0), Is.Null);

    [Test]
    public void Either_of_two_lines_makes_a_GPU()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(KfdTopology.Parse("simd_count 8", 0, 0), Is.Not.Null);
            Assert.That(KfdTopology.Parse("gfx_target_version 90402", 0, 0), Is.Not.Null);
        }
    }

    [Test]
    public void Lines_of_later_kernels_and_broken_ones_change_nothing() =>
        Assert.That(
            KfdTopology.Parse($"shiny_new_thing 1\n{Mi210}\nno_value\n 7\nunique_id x\nlocation_id -1\n", 3, 1), Is.EqualTo(KfdTopology.Parse(Mi210, 3, 1)));

    [TestCase("\r\n")]
    [TestCase(" \n")]
    [TestCase("\t\n")]
    public void Space_at_the_end_of_lines_changes_nothing(string end) =>
        Assert.That(KfdTopology.Parse(Mi210.Replace("\n", end, StringComparison.Ordinal), 3, 1), Is.EqualTo(KfdTopology.Parse(Mi210, 3, 1)));

    [TestCase("\0\0\0\0")]
    [TestCase("\n\0\0\0\0")]
    public void NULs_behind_the_text_change_nothing(string padding) => Assert.That(KfdTopology.Parse(Mi210 + padding, 3, 1), Is.EqualTo(KfdTopology.Parse(Mi210, 3, 1)));

    [Test]
    public void A_UUID_may_use_all_64_bits() =>
        Assert.That(KfdTopology.Parse("simd_count 4\nunique_id 18446744073709551615", 0, 0)!.UniqueId, Is.EqualTo(ulong.MaxValue));

    [TestCase("simd_count 96\nsimd_per_cu 2\ngfx_target_version 110003", 48, true, TestName = "RDNA_has_its_compute_units_in_pairs")]
    [TestCase("simd_count 80\nsimd_per_cu 2\ngfx_target_version 100100", 40, true, TestName = "The_first_RDNA_too")]
    [TestCase("simd_count 152\nsimd_per_cu 4\ngfx_target_version 90402", 38, false, TestName = "CDNA_has_single_compute_units")]
    [TestCase("simd_count 152\ngfx_target_version 90402", null, false, TestName = "Without_the_SIMDs_of_a_unit_their_number_is_unknown")]
    [TestCase("simd_count 152\nsimd_per_cu 0", null, null, TestName = "Nothing_is_divided_by_zero")]
    [TestCase("gfx_target_version 90402\nsimd_per_cu 4", null, false, TestName = "No_SIMDs_are_no_compute_units")]
    [TestCase("simd_count 18446744073709551615\nsimd_per_cu 1", null, null, TestName = "More_compute_units_than_there_can_be_are_unknown")]
    public void Compute_units_are_counted_from_SIMDs(string properties, int? units, bool? arePaired)
    {
        var node = KfdTopology.Parse(properties, 0, 0)!;

        Assert.That((node.ComputeUnits, node.HasPairedComputeUnits), Is.EqualTo((units, arePaired)));
    }

    // What does not fit its field must not come out as the number of another GPU.
    [Test]
    public void Numbers_that_no_kernel_prints_lead_to_no_GPU()
    {
        var node = KfdTopology.Parse("simd_count 4\ndrm_render_minor 4294967424\ndomain 4294967297\nlocation_id 4294977024\nunique_id 18446744073709551617", 0, 0)!;

        Assert.That(node, Is.EqualTo(new KfdNode(0, 0, int.MaxValue, 0, 0, 0)));
    }

    [Test]
    public void No_text_fails()
    {
        string[] parts = ["simd_count", "gfx_target_version", "domain", "location_id", "drm_render_minor", "unique_id", "simd_per_cu", "hive_id", " ", "\n", "\r", "\0", "-", "0", "7", "99999999999999999999", "é"];
        var words = Gen.Elements(parts);
        var texts = Gen.OneOf(words.ArrayOf().Select(string.Concat), ArbMap.Default.ArbFor<string>().Generator.Select(text => text ?? ""));

        Prop.ForAll(texts.ToArbitrary(), text => KfdTopology.Parse(text, 0, 0) is null or { Number: 0 }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
