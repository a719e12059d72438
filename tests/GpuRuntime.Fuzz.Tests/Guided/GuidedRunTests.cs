namespace GpuRuntime.Fuzz.Tests.Guided;

/// <summary>The guided fuzzer itself, for a few seconds: whether it would find something, and that it finds nothing.</summary>
public sealed class GuidedRunTests
{
    [Test]
    public void A_break_that_is_planted_is_found_and_told()
    {
        var run = FuzzScript.RunUntilCrash(120, "planted");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
            Assert.That(run.Output, Does.Contain("It does not hold that nobody asks for 100 GiB."));
        }
    }

    [Test]
    public void A_few_seconds_reach_code_that_no_seed_reaches_and_break_nothing()
    {
        string[] targets = ["request", "elf-note"];
        var run = FuzzScript.Run(6, targets);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Output);
            foreach (var target in targets)
            {
                var row = run.Row(target);
                Assert.That(row[0], Is.GreaterThan(20), $"{target} ran");
                Assert.That(row[1], Is.GreaterThan(20), $"{target} is instrumented");
                Assert.That(row[2], Is.Positive, $"{target} is guided");
            }
        }
    }
}
