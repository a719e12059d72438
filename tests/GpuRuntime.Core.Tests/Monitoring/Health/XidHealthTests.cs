using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Health;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>Which of NVIDIA's errors make a GPU unhealthy, and for how long.</summary>
public sealed class XidHealthTests
{
    [TestCase(48, "double-bit ECC error", "reset the GPU")]
    [TestCase(64, "could not be taken out of use", "have the card replaced")]
    [TestCase(74, "NVLink", "linked to")]
    [TestCase(79, "has fallen off the bus", "Reboot the host")]
    [TestCase(94, "ended the program", "once its programs have ended")]
    [TestCase(95, "not contained", "reset the GPU")]
    [TestCase(119, "GSP", "reset the GPU")]
    [TestCase(120, "GSP", "reset the GPU")]
    [TestCase(123, "power management unit", "reset the GPU")]
    [TestCase(140, "was not recovered", "reset the GPU")]
    public void A_critical_one_says_what_it_means_and_what_to_do(int xid, string meaning, string cure)
    {
        var passes = new JudgedPasses();

        var reason = passes.Judge(passes.Xids((xid, 1))).Reasons.Single();

        Assert.That(reason.Code, Is.EqualTo("xid"));
        Assert.That(reason.Seen, Does.StartWith($"XID {xid}, ").And.Contain(meaning));
        Assert.That(reason.Cure, Does.Contain(cure));
        Assert.That(reason.Sentence, Is.EqualTo($"{reason.Seen}. {reason.Cure}."));
    }

    [TestCase(13)]
    [TestCase(31)]
    [TestCase(43)]
    [TestCase(45)]
    [TestCase(63)]
    [TestCase(68)]
    [TestCase(109)]
    [TestCase(9999)]
    public void One_that_a_program_brings_about_or_nobody_knows_counts_for_nothing(int xid)
    {
        var passes = new JudgedPasses();

        Assert.That(passes.Judge(passes.Xids((xid, 1000))).IsHealthy);
    }

    [Test]
    public void It_stays_though_no_further_one_comes()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Xids((95, 1)));

        Assert.That(passes.Codes(passes.Xids((95, 1)), seconds: 86_400), Is.EqualTo((string[])["xid"]));
        Assert.That(passes.Codes(passes.Well), Is.EqualTo((string[])["xid"]));
    }

    [Test]
    public void Several_are_one_reason_with_the_strongest_cure()
    {
        var passes = new JudgedPasses();

        var reason = passes.Judge(passes.Xids((94, 2), (13, 7), (79, 1))).Reasons.Single();

        Assert.That(reason.Seen, Does.Match("^XID 79, .*; XID 94, [^;]*$"));
        Assert.That(reason.Cure, Does.StartWith("Reboot the host"));
    }

    [Test]
    public void One_that_the_configuration_ignores_counts_for_nothing_and_the_others_count()
    {
        var passes = new JudgedPasses(GpuVendor.Nvidia, 94);

        Assert.That(passes.Judge(passes.Xids((94, 1))).IsHealthy);
        Assert.That(passes.Judge(passes.Xids((94, 1), (95, 1))).Reasons.Single().Seen, Does.StartWith("XID 95, "));
    }

    [Test]
    public void After_a_reset_only_a_further_one_counts()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Xids((95, 3)) with { Resets = 0 });

        Assert.That(passes.Judge(passes.Xids((95, 3)) with { Resets = 1 }).IsHealthy);
        Assert.That(passes.Codes(passes.Xids((95, 4)) with { Resets = 1 }), Is.EqualTo((string[])["xid"]));
    }

    [Test]
    public void A_source_that_counts_anew_takes_nothing_back_and_what_it_counts_is_new()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Xids((95, 2)) with { Resets = 0 });

        Assert.That(passes.Codes(passes.Xids()), Is.EqualTo((string[])["xid"]));
        Assert.That(passes.Judge(passes.Xids() with { Resets = 1 }).IsHealthy);
        Assert.That(passes.Codes(passes.Xids((95, 1)) with { Resets = 1 }), Is.EqualTo((string[])["xid"]));
    }

    [Test]
    public void The_table_has_each_once_with_whole_words()
    {
        Assert.That(CriticalXids.All.Select(xid => xid.Xid), Is.Unique);
        foreach (var xid in CriticalXids.All)
        {
            Assert.That(xid.Cure, Does.Match("^[A-Z]").And.Not.EndsWith("."), $"{xid.Xid}");
            Assert.That(xid.Meaning, Is.Not.Empty.And.Not.EndsWith("."), $"{xid.Xid}");
        }
    }
}
