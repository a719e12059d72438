using System.Text;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Cdi;

/// <summary>Specifications as people and vendors write them.</summary>
public sealed class CdiReaderTests
{
    [Test]
    public void A_hand_written_file_is_read_as_the_engines_read_it()
    {
        var spec = Yaml("""
            # made by hand
            ---
            cdiVersion: 0.5.0
            kind: 'example.com/gpu'
            devices:
              - name: "0"
                containerEdits:
                  deviceNodes:
                  - {path: /dev/gpu0, type: c, major: 0xc3, minor: 0b11, fileMode: 0660, permissions: rw, uid: 0o17, gid: 1_000}
                  - path: /dev/gpu1   # its numbers are the host's
                    fileMode: 432
                  env:
                    - 'A=b: c'
                    - >-
                      LONG=one
                      two
                  mounts:
                  hooks: ~
                  additionalGids: []
            containerEdits: {}
            """);

        var edits = spec.Devices.Single().Edits;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(spec.Devices[0].Name, Is.EqualTo("0"));
            Assert.That(edits.DeviceNodes[0], Is.EqualTo(new CdiDeviceNode("/dev/gpu0") { Type = "c", Major = 195, Minor = 3, FileMode = 432, Permissions = "rw", Uid = 15, Gid = 1000 }));
            Assert.That(edits.DeviceNodes[1], Is.EqualTo(new CdiDeviceNode("/dev/gpu1") { FileMode = 432 }));
            Assert.That(edits.Environment, Is.EqualTo(["A=b: c", "LONG=one two"]));
            Assert.That(edits.Mounts, Is.Empty);
            Assert.That(spec.Edits.IsEmpty);
        }
    }

    [Test]
    public void An_entry_with_a_colon_and_a_space_is_an_object_to_every_parser_and_refused() =>
        Assert.That(Problems("env: [A=b: c]"), Does.Contain("line 6: devices[0].containerEdits.env[0] must be a text, not an object"));

    [Test]
    public void A_byte_order_mark_and_names_in_another_case_do_not_matter()
    {
        var text = """{"CDIversion":"0.7.0","kind":"example.com/gpu","devices":[{"name":"a","containerEdits":{"additionalGIDs":[44]}}]}""";

        Assert.That(CdiReader.Read([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)], "a.json").Devices[0].Edits.AdditionalGids, Is.EqualTo([44u]));
    }

    [Test]
    public void An_empty_text_and_null_are_as_good_as_nothing()
    {
        var spec = CdiReader.Read(
            """{"cdiVersion":"0.3.0","kind":"example.com/gpu","annotations":null,"devices":[{"name":"a","containerEdits":{"deviceNodes":[{"path":"/dev/a","hostPath":"","type":"","major":null}]}}]}"""u8.ToArray(),
            "a.json");

        Assert.That(spec.Devices[0].Edits.DeviceNodes[0], Is.EqualTo(new CdiDeviceNode("/dev/a")));
    }

    [TestCase("name: 0", "name must be a text, not the number 0: put it in quotes")]
    [TestCase("name: 0x10", "name must be a text, not the number 0x10: put it in quotes")]
    [TestCase("name: 1e3", "name must be a text, not the number 1e3: put it in quotes")]
    [TestCase("name: 08", "name must be a text, not the number 08: put it in quotes")]
    [TestCase("name: .inf", "name must be a text, not the number .inf: put it in quotes")]
    [TestCase("name: yes", "name must be a text, not the truth value yes: put it in quotes")]
    [TestCase("name: [a]", "name must be a text, not a list")]
    [TestCase("name: ~", "name is missing")]
    [TestCase("name: ''", "name is missing")]
    public void A_number_where_a_text_belongs_is_not_guessed_at(string name, string problem) =>
        Assert.That(Refused($"cdiVersion: 0.5.0\nkind: example.com/gpu\ndevices:\n- containerEdits: {{env: [A=b]}}\n  {name}\n"), Does.Contain("devices[0]." + problem));

    [TestCase("name: 1:2", "1:2")]
    [TestCase("name: 0000:3b:00.0", "0000:3b:00.0")]
    [TestCase("name: 1.2.3", "1.2.3")]
    [TestCase("name: 2001-01-01", "2001-01-01")]
    [TestCase("name: null0", "null0")]
    public void What_is_a_number_to_no_engine_is_a_text(string name, string text) =>
        Assert.That(Yaml($"cdiVersion: 0.5.0\nkind: example.com/gpu\ndevices:\n- containerEdits: {{env: [A=b]}}\n  {name}\n").Devices[0].Name, Is.EqualTo(text));

    [Test]
    public void Every_problem_is_named_with_its_line_and_place()
    {
        var sentence = Refused("""
            cdiVersion: 0.5
            kind: example
            devices:
            - name: -bad-
              containerEdits:
                deviceNodes:
                - path: dev/a
                  type: x
                  major: 4096
                  minor: -1
                  permissions: rwx
                  fileMode: 99999999999
                  colour: red
                env: [NOVALUE, =x]
            - name: same
              containerEdits: {}
            - name: same
              containerEdits:
                hooks:
                - hookName: whenever
                  path: hook
                  env: [x]
                  timeout: -1
                mounts:
                - containerPath: relative
                additionalGids: [-1, 1.5, a]
                intelRdt: {closID: .., enableCMT: maybe}
            annotations: {" ": a, b: 1}
            """);

        Assert.That(sentence.Split("problems: ")[1].TrimEnd('.').Split("; "), Is.EqualTo((string[])
        [
            "line 1: cdiVersion must be a text, not the number 0.5: put it in quotes",
            "line 2: kind must be a vendor and a class, such as vendor.com/gpu",
            "line 4: devices[0].name must begin and end with a letter or digit: \"-bad-\"",
            "line 7: devices[0].containerEdits.deviceNodes[0].path must be an absolute path, not \"dev/a\"",
            "line 8: devices[0].containerEdits.deviceNodes[0].type must be b, c, u or p, not \"x\"",
            "line 9: devices[0].containerEdits.deviceNodes[0].major must be from 0 to 4095, not 4096",
            "line 10: devices[0].containerEdits.deviceNodes[0].minor must be from 0 to 1048575, not -1",
            "line 11: devices[0].containerEdits.deviceNodes[0].permissions must be letters of rwm, not \"rwx\"",
            "line 12: devices[0].containerEdits.deviceNodes[0].fileMode must be a whole number from 0 to 4294967295, not the number 99999999999",
            "line 13: devices[0].containerEdits.deviceNodes[0].colour is no field of CDI's",
            "line 14: devices[0].containerEdits.env[0] must be NAME=value, not \"NOVALUE\"",
            "line 14: devices[0].containerEdits.env[1] must be NAME=value, not \"=x\"",
            "line 16: devices[1].containerEdits must give a container something",
            "line 17: devices[2].name is the name of another device of this file: \"same\"",
            "line 20: devices[2].containerEdits.hooks[0].hookName must be one of prestart, createRuntime, createContainer, startContainer, poststart, poststop, not \"whenever\"",
            "line 21: devices[2].containerEdits.hooks[0].path must be an absolute path, not \"hook\"",
            "line 22: devices[2].containerEdits.hooks[0].env[0] must be NAME=value, not \"x\"",
            "line 23: devices[2].containerEdits.hooks[0].timeout must be from 0 to 4294967295, not -1",
            "line 25: devices[2].containerEdits.mounts[0].containerPath must be an absolute path, not \"relative\"",
            "line 25: devices[2].containerEdits.mounts[0].hostPath is missing",
            "line 26: devices[2].containerEdits.additionalGids[0] must be a whole number from 0 to 4294967295, not the number -1",
            "line 26: devices[2].containerEdits.additionalGids[1] must be a whole number from 0 to 4294967295, not the number 1.5",
            "line 26: devices[2].containerEdits.additionalGids[2] must be a whole number from 0 to 4294967295, not \"a\"",
            "line 27: devices[2].containerEdits.intelRdt.enableCMT must be true or false, not \"maybe\"",
            "line 27: devices[2].containerEdits.intelRdt.closID must be a file name, not \"..\"",
            "line 28: annotations.b must be a text, not the number 1: put it in quotes",
            "line 28: annotations.  must have a name of at most 63 letters, digits, _, - and ., with a letter or digit at both ends",
        ]));
    }

    [Test]
    public void The_lines_of_a_JSON_file_are_told_too()
    {
        var text = """
            {
              "cdiVersion": "0.5.0",
              "kind": "example.com/gpu",
              "devices": [
                {"name": "0", "containerEdits": {"env": ["A=b"]}},
                {
                  "name": 1,
                  "containerEdits": {
                    "mounts": [
                      {"hostPath": "/a"}
                    ],
                    "mount": []
                  }
                }
              ]
            }
            """;

        Assert.That(CdiReader.Check(Encoding.UTF8.GetBytes(text), "a.json", out _).Select(problem => problem.ToString()), Is.EqualTo((string[])
        [
            "line 7: devices[1].name must be a text, not the number 1: put it in quotes",
            "line 10: devices[1].containerEdits.mounts[0].containerPath is missing",
            "line 12: devices[1].containerEdits.mount is no field of CDI's",
        ]));
    }

    [Test]
    public void A_file_of_problems_tells_the_first_ones_and_how_many_there_are()
    {
        var entries = string.Join(", ", Enumerable.Repeat("x", 1000));

        Assert.That(Problems($"env: [{entries}]"), Does.Contain("has 1000 problems").And.Contain("env[49]").And.Not.Contain("env[50]").And.EndWith("; and 950 more."));
    }

    [TestCase("kind: 0v/gpu", "kind has a vendor that does not begin with a letter")]
    [TestCase("kind: v-/gpu", "kind has a vendor that does not end with a letter or digit")]
    [TestCase("kind: v v/gpu", "kind has a vendor that has characters other than letters, digits, _, - and .")]
    [TestCase("kind: /gpu", "kind has a vendor that is empty")]
    [TestCase("kind: v/", "kind has a class that is empty")]
    [TestCase("kind: v/gpu/x", "kind has a class that has characters other than")]
    [TestCase("kind: v/aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbbaaaa", "kind has a class that is longer than 63 characters")]
    [TestCase("annotations: {'A b/c': x}", "annotations.A b/c has a prefix that is no DNS name")]
    [TestCase("annotations: {a/b/c: x}", "annotations.a/b/c must have a name of at most 63")]
    [TestCase("containerEdits: {netDevices: [{hostInterfaceName: a, name: b}, {hostInterfaceName: a, name: b}]}", "netDevices[1].hostInterfaceName is given to two interfaces: \"a\"")]
    [TestCase("containerEdits: {netDevices: [{name: b}, {hostInterfaceName: a, name: b}]}", "netDevices[1].name is given to two interfaces: \"b\"")]
    [TestCase("containerEdits: {netDevices: [{name: b}]}", "netDevices[0].hostInterfaceName is missing")]
    [TestCase("containerEdits: {mounts: [{hostPath: a, containerPath: /a}]}", "mounts[0].hostPath must be an absolute path, not \"a\"")]
    [TestCase("containerEdits: {mounts: [{containerPath: /a, type: tmpfs}]}", "mounts[0].hostPath is missing")]
    [TestCase("[]", "the specification must be an object")]
    [TestCase("text", "the specification must be an object")]
    [TestCase("~", "the specification must be an object")]
    [TestCase("{}", "cdiVersion is missing")]
    [TestCase("{}", "kind is missing")]
    [TestCase("{}", "devices must list at least one device")]
    [TestCase("cdiVersion: v0.5.0", "cdiVersion must be one of 0.3.0, 0.4.0, 0.5.0, 0.6.0, 0.7.0, 0.8.0, 1.0.0, 1.1.0, not \"v0.5.0\"")]
    [TestCase("cdiVersion: 0.2.0", "cdiVersion must be one of")]
    [TestCase("cdiVersion: 2.0.0", "cdiVersion must be one of")]
    [TestCase("cdiVersion: 0.05.0", "cdiVersion must be one of")]
    [TestCase("devices: {}", "devices must be a list")]
    [TestCase("devices: [~]", "devices[0] must be an object")]
    [TestCase("devices: [a]", "devices[0] must be an object")]
    [TestCase("containerEdits: []", "containerEdits must be an object")]
    [TestCase("annotations: []", "annotations must be an object")]
    [TestCase("Kind: a/b\nkind: a/b", "kind is given twice")]
    [TestCase("containeredits: {}\nmore: {}", "more is no field of CDI's")]
    public void A_document_of_another_shape_is_refused(string text, string problem) => Assert.That(Refused(text), Does.Contain(problem));

    [Test]
    public void Annotations_have_256_KiB_together()
    {
        var half = new string('x', 128 * 1024);

        Assert.That(Refused($"annotations: {{a: {half}, b: {half}}}"), Does.Contain("annotations are larger than 256 KiB together"));
        Assert.That(Refused($"annotations: {{a: {half}}}"), Does.Not.Contain("KiB"));
    }

    private static CdiSpec Yaml(string text) => CdiReader.Read(Encoding.UTF8.GetBytes(text), "/etc/cdi/a.yaml");

    private static string Refused(string text) => Refusal.Of(ErrorCode.CdiSpecInvalid, () => Yaml(text));

    private static string Problems(string edit) => Refused($"cdiVersion: 1.1.0\nkind: example.com/gpu\ndevices:\n- name: a\n  containerEdits:\n    {edit}\n");
}
