using GpuRuntime.Core.Errors;
using GpuRuntime.Linux.Cgroups;
using GpuRuntime.Linux.Mounts;

namespace GpuRuntime.Linux.Tests.Cgroups;

/// <summary>Which cgroups are told to hand a controller on: on trees of plain files, of which the kernel's rules are no part, and on cgroup2 itself.</summary>
public sealed class UnifiedControllersTests : DirectoryFixture
{
    private const string Available = "cpu memory dmem\n";

    private static readonly string[] Chain = ["", "a", "a/b", "a/b/leaf"];

    private string Root => Temporary.Combine("cgroup");

    [TestCase("/a/b/leaf")]
    [TestCase("a/b/leaf")]
    [TestCase("//a//b//leaf/")]
    public void Every_cgroup_above_the_leaf_is_told_and_the_leaf_is_not(string path)
    {
        foreach (var cgroup in Chain)
            Make(cgroup);

        UnifiedControllers.Enable(Root, path, "dmem");

        Assert.That(Chain.Select(Control), Is.EqualTo(["+dmem", "+dmem", "+dmem", ""]));
    }

    [Test]
    public void A_cgroup_that_hands_it_on_already_is_left_alone()
    {
        Make("", Available, "cpu dmem\n");
        Make("a", Available, "dmemx\n");

        UnifiedControllers.Enable(Root, "a/leaf", "dmem");

        Assert.That((Control(""), Control("a")), Is.EqualTo(("cpu dmem\n", "+dmem\n")));
        Assert.That(Directory.Exists(Temporary.Combine("cgroup/a/leaf")), Is.False, "the leaf is the runtime's to make");
    }

    [Test]
    public void The_first_cgroup_where_it_is_not_available_is_named_and_none_below_is_touched()
    {
        Make("");
        Make("a", "cpu memory dmemx\n");
        Make("a/b");

        Assert.That(Refused("a/b/leaf"), Does.Contain($"dmem is not available in {Root}/a "));
        Assert.That((Control("a"), Control("a/b")), Is.EqualTo(("", "")));
    }

    [TestCase("")]
    [TestCase("/")]
    [TestCase("../a")]
    [TestCase("a/../../b")]
    [TestCase("a/./b")]
    public void A_path_that_is_none_below_the_root_is_refused(string path)
    {
        Make("");

        Assert.That(Refused(path), Does.Contain($"a path below {Root}"));
        Assert.That(Control(""), Is.Empty);
    }

    [Test]
    public void A_link_leads_nowhere()
    {
        Make("");
        Temporary.Write("elsewhere/cgroup.controllers", Available);
        Temporary.Write("elsewhere/cgroup.subtree_control", "");
        Temporary.Link("cgroup/a", "../elsewhere");

        Assert.That(Refused("a/leaf"), Does.Contain($"{Root}/a"));
        Assert.That(File.ReadAllText(Temporary.Combine("elsewhere/cgroup.subtree_control")), Is.Empty);
    }

    [Test]
    public void What_is_no_version_2_hierarchy_is_told_to_be_none()
    {
        Temporary.MakeDirectory("cgroup");

        Assert.That(Refused("a/leaf"), Does.Contain($"{Root} is no cgroup of version 2"));
    }

    [Test]
    public void On_cgroup2_the_kernel_gives_the_leaf_the_controllers_files()
    {
        using var controller = new MachineController();
        using var cgroup = TestCgroup.OfVersion2();

        UnifiedControllers.Enable(controller.Root, $"{cgroup.Path[controller.Root.Length..]}/parent/leaf", controller.Name);
        var parent = cgroup.Below("parent");
        var leaf = parent.Below("leaf");
        var files = Directory.GetFiles(leaf.Path, $"{controller.Name}.*");
        Directory.Delete(leaf.Path);
        Directory.Delete(parent.Path);

        Assert.That(files, Is.Not.Empty);
    }

    [Test]
    public void On_cgroup2_a_cgroup_with_processes_cannot_hand_it_on_and_the_sentence_says_why()
    {
        using var controller = new MachineController();
        using var cgroup = TestCgroup.OfVersion2();
        using var process = Command.Start("sh", "-c", $"echo $$ >{cgroup.Path}/cgroup.procs && echo ready && exec sleep 60");
        process.StandardOutput.ReadLine();
        try
        {
            var sentence = Refusal.Of(ErrorCode.LimitUnavailable, () => UnifiedControllers.Enable(controller.Root, $"{cgroup.Path[controller.Root.Length..]}/leaf", controller.Name));
            Assert.That(sentence, Does.Contain($"{cgroup.Path}/cgroup.subtree_control").And.Contain("with processes of its own"));
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    [Test]
    public void On_cgroup2_a_controller_that_the_kernel_lacks_is_told_before_anything_is_made()
    {
        using var cgroup = TestCgroup.OfVersion2();

        Assert.That(Refusal.Of(ErrorCode.LimitUnavailable, () => UnifiedControllers.Enable(cgroup.Path, "parent/leaf", "nosuch")), Does.Contain($"nosuch is not available in {cgroup.Path} "));
        Assert.That(Directory.GetDirectories(cgroup.Path), Is.Empty);
    }

    private string Refused(string path) => Refusal.Of(ErrorCode.LimitUnavailable, () => UnifiedControllers.Enable(Root, path, "dmem"));

    private void Make(string cgroup, string controllers = Available, string control = "")
    {
        Temporary.Write($"cgroup/{cgroup}/cgroup.controllers", controllers);
        Temporary.Write($"cgroup/{cgroup}/cgroup.subtree_control", control);
    }

    private string Control(string cgroup) => File.ReadAllText(Temporary.Combine($"cgroup/{cgroup}/cgroup.subtree_control"));

    /// <summary>A controller that this machine's version 2 has, whichever; what its root hands on is the same again afterwards.</summary>
    private sealed class MachineController : IDisposable
    {
        private readonly bool _wasHandedOn;

        public MachineController()
        {
            Root = MountTable.Parse(File.ReadAllText("/proc/self/mountinfo")).FirstOrDefault(mount => mount.Type == "cgroup2")?.MountPoint ?? "";
            if (Root.Length == 0)
                Assert.Ignore("cgroup2 is not mounted");
            Name = File.ReadAllText($"{Root}/cgroup.controllers").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
            if (Name.Length == 0)
                Assert.Ignore("version 2 has no controller on this machine");
            _wasHandedOn = File.ReadAllText($"{Root}/cgroup.subtree_control").Split([' ', '\n']).Contains(Name);
        }

        public string Root { get; }

        public string Name { get; }

        public void Dispose()
        {
            if (_wasHandedOn)
                return;
            try
            {
                File.WriteAllText($"{Root}/cgroup.subtree_control", $"-{Name}");
            }
            catch (IOException)
            {
                // Somebody else's cgroups need it by now.
            }
        }
    }
}
