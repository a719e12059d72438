using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Tests.Processes;

public sealed class LowLevelRuntimeTests : DirectoryFixture
{
    [Test]
    public void The_first_directory_on_the_path_wins()
    {
        var second = Program("second/runc");
        Program("third/runc");
        Temporary.MakeDirectory("first");

        Assert.That(LowLevelRuntime.TryFind(["runc"], Path("first", "missing", "second", "third")), Is.EqualTo(second));
    }

    [Test]
    public void The_first_candidate_wins_over_an_earlier_directory()
    {
        Program("first/crun");
        var runc = Program("second/runc");

        Assert.That(LowLevelRuntime.TryFind(["runc", "crun"], Path("first", "second")), Is.EqualTo(runc));
    }

    [Test]
    public void The_second_candidate_is_taken_where_the_first_is_missing()
    {
        var crun = Program("first/crun");

        Assert.That(LowLevelRuntime.TryFind(["runc", "/nowhere/runc", "crun"], Path("first")), Is.EqualTo(crun));
    }

    [Test]
    public void Files_that_cannot_be_executed_and_directories_are_passed_over()
    {
        Temporary.Write("first/runc", "#!/bin/sh\n");
        Temporary.MakeDirectory("second/runc");
        Temporary.Link("third/runc", "nowhere");
        Temporary.Fifo("fourth/runc");
        Command.Run("chmod", "755", Temporary.Combine("fourth/runc"));
        var fifth = Program("fifth/runc");

        Assert.That(LowLevelRuntime.TryFind(["runc"], Path("first", "second", "third", "fourth", "fifth")), Is.EqualTo(fifth));
    }

    [Test]
    public void Relative_and_empty_entries_of_the_path_are_ignored()
    {
        var relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, Temporary.Combine("first"));
        Program("first/runc");
        var second = Program("second/runc");

        Assert.That(LowLevelRuntime.TryFind(["runc"], $":.:{relative}::{Path("second")}"), Is.EqualTo(second));
        Assert.That(LowLevelRuntime.TryFind(["runc"], $"{relative}:."), Is.Null);
    }

    [Test]
    public void A_candidate_with_a_slash_is_not_looked_up()
    {
        var named = Program("own/my-runc");

        Assert.That(LowLevelRuntime.TryFind([named], "/nowhere"), Is.EqualTo(named));
    }

    [Test]
    public void A_link_to_a_program_is_one()
    {
        Program("real/runc-1.2");
        var link = Temporary.Link("first/runc", "../real/runc-1.2");

        Assert.That(LowLevelRuntime.TryFind(["runc"], Path("first")), Is.EqualTo(link));
    }

    [Test]
    public void A_name_of_this_very_program_is_passed_over()
    {
        Temporary.Link("first/runc", Environment.ProcessPath!);
        var second = Program("second/runc");

        Assert.That(LowLevelRuntime.TryFind(["runc"], Path("first", "second")), Is.EqualTo(second));
        Assert.That(LowLevelRuntime.TryFind([Temporary.Combine("first/runc")], null), Is.Null);
    }

    [Test]
    public void Without_a_path_the_usual_directories_are_searched([Values(null, "")] string? searchPath) =>
        Assert.That(LowLevelRuntime.TryFind(["sh"], searchPath), Is.EqualTo("/usr/bin/sh").Or.EqualTo("/bin/sh"));

    [Test]
    public void The_error_names_the_candidates_and_where_they_were_looked_for()
    {
        var message = Refusal.Of(ErrorCode.LowLevelRuntimeMissing, () => LowLevelRuntime.Find(["runc", "crun"], Path("first")));

        Assert.That(message, Does.Contain("runc, crun").And.Contain(Temporary.Combine("first")).And.Contain("lowLevelRuntimes"));
    }

    [Test]
    public void Becoming_what_is_no_program_is_an_error_that_returns()
    {
        Temporary.Write("no-program", "garbage");

        Assert.That(Refusal.Of(ErrorCode.LowLevelRuntimeNotExecutable, () => LowLevelRuntime.Become(Temporary.Combine("no-program"), [])), Does.Contain("EACCES"));
        Assert.That(Refusal.Of(ErrorCode.LowLevelRuntimeNotExecutable, () => LowLevelRuntime.Become(Temporary.Combine("missing"), [])), Does.Contain("ENOENT"));
    }

    private string Path(params string[] directories) => string.Join(':', directories.Select(Temporary.Combine));

    private string Program(string relative)
    {
        var path = Temporary.Write(relative, "#!/bin/sh\n");
        Command.Run("chmod", "755", path);
        return path;
    }
}
