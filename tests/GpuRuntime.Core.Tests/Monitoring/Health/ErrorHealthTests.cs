using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Tests.Monitoring.Health;

/// <summary>Uncorrected errors, and memory rows that are replaced.</summary>
public sealed class ErrorHealthTests
{
    [Test]
    public void Uncorrected_errors_from_before_the_agent_looked_are_history()
    {
        var passes = new JudgedPasses(GpuVendor.Amd);

        Assert.That(passes.Judge(passes.Errors(17)).IsHealthy);
        Assert.That(passes.Judge(passes.Errors(17)).IsHealthy);
    }

    [Test]
    public void One_more_makes_it_unhealthy_until_a_reset()
    {
        var passes = new JudgedPasses(GpuVendor.Amd);
        passes.Judge(passes.Errors(17));

        var reason = passes.Judge(passes.Errors(18)).Reasons.Single();

        Assert.That((reason.Code, reason.Seen), Is.EqualTo(("uncorrected_errors", "Uncorrected errors were counted: 1 in umc")));
        Assert.That(passes.Judge(passes.Errors(20)).Reasons.Single().Seen, Does.EndWith(": 3 in umc"));
        Assert.That(passes.Codes(passes.Errors(20), seconds: 86_400), Is.EqualTo((string[])["uncorrected_errors"]));
        Assert.That(passes.Codes(passes.Well), Is.EqualTo((string[])["uncorrected_errors"]));
        // Loaded anew, the driver counts from 0.
        Assert.That(passes.Judge(passes.Errors(0)).IsHealthy);
        Assert.That(passes.Codes(passes.Errors(1)), Is.EqualTo((string[])["uncorrected_errors"]));
    }

    [TestCase(ErrorKind.Corrected)]
    [TestCase(ErrorKind.Deferred)]
    public void Others_count_for_nothing(ErrorKind kind)
    {
        var passes = new JudgedPasses(GpuVendor.Amd);
        passes.Judge(passes.Errors(0, kind: kind));

        Assert.That(passes.Judge(passes.Errors(1000, kind: kind)).IsHealthy);
    }

    [Test]
    public void Two_counters_of_the_same_errors_count_them_once()
    {
        var passes = new JudgedPasses();
        GpuSample Counted(long count) => passes.Well with { Errors = [new("memory", ErrorKind.Uncorrected, count), new("memory", ErrorKind.Uncorrected, 40 + count, IsLifetime: true)] };
        passes.Judge(Counted(1));

        Assert.That(passes.Judge(Counted(3)).Reasons.Single().Seen, Does.EndWith(": 2 in memory"));
    }

    [Test]
    public void The_lifetime_counter_alone_tells_as_well()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Errors(5, "sram", isLifetime: true));

        Assert.That(passes.Codes(passes.Errors(6, "sram", isLifetime: true)), Is.EqualTo((string[])["uncorrected_errors"]));
    }

    [Test]
    public void A_name_that_firmware_made_up_writes_no_control_characters()
    {
        var passes = new JudgedPasses();
        passes.Judge(passes.Errors(0, "a\u001b[2Jb"));

        Assert.That(passes.Judge(passes.Errors(1, "a\u001b[2Jb")).Reasons.Single().Seen, Does.EndWith("1 in a?[2Jb"));
    }

    [Test]
    public void A_row_that_cannot_be_replaced_and_one_that_waits_are_told_apart()
    {
        var passes = new JudgedPasses();
        GpuSample Repairs(bool? pending, bool? failed) => passes.Well with { Repairs = new MemoryRepairs { IsRemappingPending = pending, HasRemappingFailed = failed } };

        Assert.That(passes.Judge(Repairs(false, false)).IsHealthy);
        Assert.That(passes.Codes(Repairs(true, false)), Is.EqualTo((string[])["row_remap_pending"]));
        Assert.That(passes.Codes(Repairs(null, null)), Is.EqualTo((string[])["row_remap_pending"]), "not told is not over");
        Assert.That(passes.Codes(passes.Well), Is.EqualTo((string[])["row_remap_pending"]), "not told is not over");
        Assert.That(passes.Codes(Repairs(true, true)), Is.EqualTo((string[])["row_remap", "row_remap_pending"]));
        Assert.That(passes.Judge(Repairs(false, false)).IsHealthy);
    }

    [Test]
    public void Counts_of_rows_that_were_replaced_are_no_reason()
    {
        var passes = new JudgedPasses();

        Assert.That(passes.Judge(passes.Well with { Repairs = new MemoryRepairs { UncorrectableRemappedRows = 4, CorrectableRemappedRows = 9, PagesRetiredForUncorrected = 2 } }).IsHealthy);
    }
}
