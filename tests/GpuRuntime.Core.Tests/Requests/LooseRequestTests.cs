using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

/// <summary>What people really write, in guides and on Docker's command line.</summary>
public sealed class LooseRequestTests
{
    [Test]
    public void A_memory_limit_may_hang_on_the_end_of_the_capabilities()
    {
        var request = Parsed("device=0,capabilities=utility,compute,memory:2GB");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(RequestText.Of(request), Is.EqualTo("index 0"));
            Assert.That(request.Capabilities, Is.EqualTo((string[])["utility", "compute"]));
            Assert.That(request.MemoryLimitBytes, Is.EqualTo(2_000_000_000));
            Assert.That(request.ComputePercent, Is.Null, "compute is a capability here");
        }
    }

    [Test]
    public void All_may_stand_in_front_of_the_capabilities()
    {
        var request = Parsed("all,capabilities=compute,utility,graphics,video,display,memory:6GB");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(RequestText.Of(request), Is.EqualTo("all"));
            Assert.That(request.Capabilities, Is.EqualTo((string[])["compute", "utility", "graphics", "video", "display"]));
            Assert.That(request.MemoryLimitBytes, Is.EqualTo(6_000_000_000));
        }
    }

    [TestCase("\"device=0,1\",\"capabilities=utility\"")]
    [TestCase("\"capabilities=utility\",\"device=0,1\"")]
    [TestCase("device=0,1,capabilities=utility")]
    [TestCase(" \"device=0,1\" , \"capabilities=utility\" ")]
    public void Docker_quotes_a_list_that_is_one_field(string text)
    {
        var request = Parsed(text);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(RequestText.Of(request), Is.EqualTo("index 0, index 1"));
            Assert.That(request.Capabilities, Is.EqualTo((string[])["utility"]));
        }
    }

    [TestCase("\"device=0,1\"", "index 0, index 1")]
    [TestCase("\"all\"", "all")]
    [TestCase("\"device=0\",count=all", null)]
    [TestCase("0,1", "index 0, index 1")]
    [TestCase("1,", "any 1")]
    [TestCase("0-1", "index 0-1")]
    [TestCase("amd:0,intel:0", "amd index 0, intel index 0")]
    [TestCase("GPU-8f2c", "uuid GPU-8f2c")]
    [TestCase("0000:3b:00.0", "pci 0000:3b:00.0")]
    [TestCase("0:1", "mig 0:1")]
    public void The_word_device_may_be_left_out(string text, string? expected)
    {
        if (expected is null)
            Assert.That(() => Parsed(text), Throws.Exception);
        else
            Assert.That(RequestText.Of(Parsed(text)), Is.EqualTo(expected));
    }

    [TestCase(" all ", "all")]
    [TestCase(" device = 0 , 1 ", "index 0, index 1")]
    [TestCase("device=0,,1,", "index 0, index 1")]
    [TestCase("device=0 - 3", "index 0-3")]
    [TestCase("device= amd: 1", "amd index 1")]
    [TestCase("\tcount = 2\n", "any 2")]
    public void White_space_and_empty_items_mean_nothing(string text, string expected) => Assert.That(RequestText.Of(Parsed(text)), Is.EqualTo(expected));

    // The value of --gpus as Docker's own documentation has it.
    [TestCase("all,capabilities=gpu", "all")]
    [TestCase("driver=nvidia,count=1,capabilities=gpu", "nvidia any 1")]
    [TestCase("all,\"capabilities=compute,utility\"", "all")]
    public void Dockers_own_examples_parse(string text, string expected) => Assert.That(RequestText.Of(Parsed(text)), Is.EqualTo(expected));

    [TestCase(",")]
    [TestCase(" , ,, ")]
    [TestCase("\"\"")]
    [TestCase("\"\",\"\"")]
    public void Separators_without_anything_between_them_ask_for_nothing(string text) =>
        Assert.That(RequestGrammar.Parse(text, "GPU_RUNTIME_GPUS"), Is.Null, "no GPU is named, so that none may be given");

    private static GpuRequest Parsed(string text) => RequestGrammar.Parse(text, "GPU_RUNTIME_GPUS")!;
}
