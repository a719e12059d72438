using System.Text;
using GpuRuntime.Core.Engines;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>Files that somebody edited after us, or registered us in before us: ours goes, theirs stays.</summary>
public sealed class EditedConfigurationTests
{
    private const string Cri = "plugins.\"io.containerd.grpc.v1.cri\"";

    [Test]
    public void What_was_added_to_daemon_json_since_stays_and_what_stood_there_comes_back()
    {
        var directory = Of(EngineKind.Docker, "{\n  \"default-runtime\": \"nvidia\",\n  \"features\": {\"cdi\": false},\n  \"runtimes\": {\"nvidia\": {\"path\": \"n\"}}\n}\n");
        directory.Configure(isDefault: true, cdi: true);
        Edit(directory, "{\n", "{\n  \"debug\": true,\n");

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("{\n  \"debug\": true,\n  \"default-runtime\": \"nvidia\",\n  \"features\": {\"cdi\": false},\n  \"runtimes\": {\"nvidia\": {\"path\": \"n\"}}\n}\n"));
        Assert.That(directory.Paths, Has.Exactly(1).Items, "the backup goes too");
    }

    [Test]
    public void Members_and_objects_that_were_made_for_us_go_from_daemon_json_and_others_of_theirs_stay()
    {
        var directory = Of(EngineKind.Docker, "{\n    \"mtu\": 1450\n}\n");
        directory.Configure(isDefault: true, cdi: true);
        Edit(directory, "1450", "1400");
        directory.Remove();
        var first = Text(directory);
        directory.Configure(isDefault: true, cdi: true);
        Edit(directory, "\"cdi\": true", "\"cdi\": true, \"buildkit\": true");
        Edit(directory, "\"runtimes\": {", "\"runtimes\": {\n        \"crun\": {\"path\": \"crun\"},");
        directory.Remove();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Is.EqualTo("{\n    \"mtu\": 1400\n}\n"));
            Assert.That(Text(directory), Is.EqualTo("{\n    \"mtu\": 1400,\n    \"runtimes\": {\n        \"crun\": {\"path\": \"crun\"}\n    },\n    \"features\": {\n        \"buildkit\": true\n    }\n}\n"));
        }
    }

    [Test]
    public void A_default_runtime_that_is_another_by_now_stays()
    {
        var directory = Of(EngineKind.Docker, "{\"default-runtime\": \"nvidia\"}");
        directory.Configure(isDefault: true);
        Edit(directory, "\"default-runtime\": \"gpu-runtime\"", "\"default-runtime\": \"crun\"");

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("{\"default-runtime\": \"crun\"}"));
    }

    [Test]
    public void Without_the_backup_our_names_go_and_a_switch_that_may_be_anybodys_stays()
    {
        var directory = Of(EngineKind.Docker, "{\"debug\": true}");
        directory.Configure(isDefault: true, cdi: true);
        directory[EngineFile.BackupOf(directory.MainPath)] = null;
        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("{\"debug\": true, \"features\": {\"cdi\": true}}"));
    }

    [TestCase("{\"runtimes\": {\"gpu-runtime\": {\"path\": \"/opt/old/gpu-runtime\", \"runtimeArgs\": [\"--debug\"]}}}", "{\"runtimes\": {\"gpu-runtime\": {\"path\": \"/usr/local/bin/gpu-runtime\", \"runtimeArgs\": [\"--debug\"]}}}")]
    [TestCase("{\"runtimes\": {\"gpu-runtime\": {\"path\": \"gpu-runtime\"}}}", "{\"runtimes\": {\"gpu-runtime\": {\"path\": \"gpu-runtime\"}}}")]
    public void A_registration_by_hand_is_brought_up_to_date_where_it_names_a_path(string before, string after)
    {
        var directory = Of(EngineKind.Docker, before);
        directory.Configure();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Text(directory), Is.EqualTo(after));
            Assert.That(directory.Backup, Is.Null, "what holds our name already is no original");
        }
    }

    [Test]
    public void A_backup_of_an_earlier_time_gives_way_once_the_file_holds_nothing_of_ours()
    {
        var directory = Of(EngineKind.Docker, "{\"debug\": true}");
        directory.Configure();
        directory.Main = Encoding.UTF8.GetBytes("{\"debug\": false}");
        directory.Configure();
        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("{\"debug\": false}"));
    }

    [Test]
    public void What_was_added_to_config_toml_since_stays_and_what_stood_there_comes_back()
    {
        var directory = Of(EngineKind.Containerd, $"version = 2\n[{Cri}]\n  enable_cdi = false\n[{Cri}.containerd]\n  default_runtime_name = 'kata' # why\n[{Cri}.containerd.runtimes.kata]\n  runtime_type = 'k'\n");
        directory.Configure(isDefault: true, cdi: true);
        Edit(directory, "version = 2\n", "version = 2\nroot = \"/srv\"\n");
        directory.Main = [.. directory.Main!, .. Encoding.UTF8.GetBytes("[metrics]\naddress = \"a\"\n")];
        Assert.That(directory.Configure().Changes, Is.Empty, "it is configured still");

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo(
            $"version = 2\nroot = \"/srv\"\n[{Cri}]\n  enable_cdi = false\n[{Cri}.containerd]\n  default_runtime_name = 'kata' # why\n[{Cri}.containerd.runtimes.kata]\n  runtime_type = 'k'\n[metrics]\naddress = \"a\"\n"));
        Assert.That(directory.Paths, Has.Exactly(1).Items);
    }

    [Test]
    public void An_option_that_was_given_before_the_edit_is_not_lost_after_it()
    {
        var directory = Of(EngineKind.Containerd, "version = 2\n");
        directory.Configure(isDefault: true);
        Edit(directory, "version = 2\n", "version = 2\nroot = \"/srv\"\n");

        directory.Configure(cdi: true);

        Assert.That(Text(directory), Does.Contain("default_runtime_name = \"gpu-runtime\"").And.Contain("enable_cdi = true").And.StartWith("version = 2\nroot = \"/srv\"\n\n# BEGIN"));
    }

    [Test]
    public void Without_the_backup_the_block_goes_and_so_does_the_default_that_it_was_for()
    {
        var directory = Of(EngineKind.Containerd, $"version = 2\n[{Cri}]\n  enable_cdi = false\n[{Cri}.containerd]\n  snapshotter = \"native\"\n");
        directory.Configure(isDefault: true);
        directory[EngineFile.BackupOf(directory.MainPath)] = null;

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo($"version = 2\n[{Cri}]\n  enable_cdi = false\n[{Cri}.containerd]\n  snapshotter = \"native\"\n"));
    }

    [TestCase("version = 3\n", "version = 3\nroot = '/srv'\n")]
    [TestCase("version = 3\nimports = []\n", "version = 3\nroot = '/srv'\nimports = []\n")]
    [TestCase("version = 3\nimports = [ '/a.toml', '/b.toml', ]\n", "version = 3\nroot = '/srv'\nimports = [ '/a.toml', '/b.toml', ]\n")]
    [TestCase("version = 3\nimports = [\n  '/a.toml'\n]\n", "version = 3\nroot = '/srv'\nimports = [\n  '/a.toml'\n]\n")]
    public void The_import_goes_from_an_edited_file_and_the_drop_in_with_it(string before, string after)
    {
        var directory = Of(EngineKind.Containerd, before);
        directory.Configure();
        Edit(directory, "version = 3\n", "version = 3\nroot = '/srv'\n");

        directory.Remove();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Text(directory), Is.EqualTo(after));
            Assert.That(directory.DropIn, Is.Null);
            Assert.That(directory.Backup, Is.Null);
        }
    }

    [Test]
    public void The_import_is_written_after_the_file_that_it_names_and_goes_before_it()
    {
        var directory = Of(EngineKind.Containerd, "version = 3\n");

        var configured = directory.Configure().Changes.Where(change => !change.IsBackup).Select(change => change.Path);
        var removed = directory.Remove().Changes.Where(change => !change.IsBackup).Select(change => change.Path);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(configured, Is.EqualTo((string[])[directory.DropInPath, directory.MainPath]));
            Assert.That(removed, Is.EqualTo((string[])[directory.MainPath, directory.DropInPath]));
        }
    }

    [TestCase(3)]
    [TestCase(4)]
    public void A_file_of_version_3_or_later_imports_one_of_version_3(int version)
    {
        var directory = Of(EngineKind.Containerd, $"version = {version}\n");

        directory.Configure();

        Assert.That(Text(directory), Is.EqualTo($"version = {version}\nimports = [\"{directory.DropInPath}\"]\n"));
        Assert.That(Encoding.UTF8.GetString(directory.DropIn!), Does.Contain("\nversion = 3\n"));
    }

    [Test]
    public void What_an_admin_added_to_our_drop_in_stays()
    {
        var directory = Of(EngineKind.Podman, null);
        directory.Configure(isDefault: true);
        directory.Main = [.. directory.Main!, .. "[network]\ndefault_subnet = \"10.90.0.0/16\"\n"u8];

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("[network]\ndefault_subnet = \"10.90.0.0/16\"\n"));
    }

    [Test]
    public void Keys_in_the_admins_own_podman_tables_go_without_a_backup_too()
    {
        var directory = Of(EngineKind.Podman, "[engine]\ncgroup_manager = \"cgroupfs\"\n[engine.runtimes]\ncrun-vm = [\"crun-vm\"]\n");
        directory.Configure(isDefault: true);
        directory[EngineFile.BackupOf(directory.MainPath)] = null;

        directory.Remove();

        Assert.That(Text(directory), Is.EqualTo("[engine]\ncgroup_manager = \"cgroupfs\"\n[engine.runtimes]\ncrun-vm = [\"crun-vm\"]\n"));
    }

    [Test]
    public void CDI_in_podman_needs_no_switch_and_the_admin_is_told_so()
    {
        var directory = Of(EngineKind.Podman, null);

        var notes = directory.Configure(cdi: true).Notes;

        Assert.That(notes.Single(), Does.Contain("--cdi changes nothing"));
        Assert.That(Text(directory), Does.Not.Contain("cdi"));
    }

    [TestCase("disabled_plugins = [\"cri\"]\n", "disabled_plugins")]
    [TestCase("version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n", "disabled_plugins")]
    [TestCase("version = 3\ndisabled_plugins = ['io.containerd.grpc.v1.cri']\n", "disabled_plugins")]
    public void Where_containerds_side_of_Kubernetes_is_off_the_admin_is_told_so(string content, string named) =>
        Assert.That(Of(EngineKind.Containerd, content).Configure().Notes.Single(), Does.Contain(named));

    private static EngineDirectory Of(EngineKind kind, string? content) => new(kind) { Main = content is null ? null : Encoding.UTF8.GetBytes(content) };

    private static string Text(EngineDirectory directory) => Encoding.UTF8.GetString(directory.Main ?? []);

    private static void Edit(EngineDirectory directory, string old, string replacement)
    {
        Assert.That(Text(directory), Does.Contain(old));
        directory.Main = Encoding.UTF8.GetBytes(Text(directory).Replace(old, replacement, StringComparison.Ordinal));
    }
}
