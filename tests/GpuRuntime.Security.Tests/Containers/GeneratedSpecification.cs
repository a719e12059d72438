using System.Text.Json.Nodes;

namespace GpuRuntime.Security.Tests.Containers;

/// <summary>What gpu-runtime cdi generate wrote of a host, put into config.json as an engine does that has nothing else of us.</summary>
internal sealed class GeneratedSpecification
{
    private const string All = "all";

    private readonly JsonObject _document;
    private readonly Dictionary<string, (int Major, int Minor)> _numbers;

    private GeneratedSpecification(JsonObject document, Dictionary<string, (int Major, int Minor)> numbers)
    {
        _document = document;
        _numbers = numbers;
    }

    /// <param name="program">gpu-runtime, beside the hook that the specification is to name.</param>
    /// <param name="vendor">Whose GPUs.</param>
    public static async Task<GeneratedSpecification> OfAsync(string program, string configPath, string vendor)
    {
        var result = await Command.Of(program, "cdi", "generate", "--vendor", vendor, "--output", "-", "--format", "json", "--config", configPath).RunAsync();
        var document = JsonNode.Parse(result.EnsureSuccess().Output)!.AsObject();
        string[] nodes = [.. Edits(document, null).SelectMany(static edits => Items(edits, "deviceNodes")).Select(HostPath).Distinct()];
        var numbers = await Command.Of("stat", ["--format", "%n %t %T", .. nodes]).RunAsync();
        return new GeneratedSpecification(document, numbers.EnsureSuccess().Lines.Select(static line => line.Split(' ')).ToDictionary(
            static fields => fields[0], static fields => (Convert.ToInt32(fields[1], 16), Convert.ToInt32(fields[2], 16)), StringComparer.Ordinal));
    }

    /// <summary>The hooks of its own and of its devices, as CDI writes them.</summary>
    public IEnumerable<JsonObject> Hooks => Edits(_document, null).SelectMany(static edits => Items(edits, "hooks"));

    /// <summary>Its only hook, as config.json writes it.</summary>
    public JsonObject Hook
    {
        get
        {
            var hook = Hooks.Single().DeepClone().AsObject();
            hook.Remove("hookName");
            return hook;
        }
    }

    /// <summary>What its hook is called with, behind its name.</summary>
    public IEnumerable<string> Arguments => Hook["args"]!.AsArray().Skip(1).Select(static argument => argument!.GetValue<string>());

    /// <summary>Gives a container all of the vendor's GPUs.</summary>
    /// <param name="mounts">With the driver's files; without, the container has the nodes and the hook alone.</param>
    /// <param name="stage">The stage of its hook.</param>
    public void AddTo(JsonObject spec, bool mounts, string stage)
    {
        foreach (var edits in Edits(_document, All))
        {
            foreach (var node in Items(edits, "deviceNodes"))
                AddNode(spec, node);
            foreach (var mount in mounts ? Items(edits, "mounts") : [])
            {
                Array(spec, "mounts").Add(new JsonObject
                {
                    ["destination"] = mount["containerPath"]!.DeepClone(),
                    ["source"] = mount["hostPath"]!.DeepClone(),
                    ["type"] = "bind",
                    ["options"] = mount["options"]!.DeepClone(),
                });
            }
        }

        if (Hooks.Any())
            Array(Object(spec, "hooks"), stage).Add(Hook);
    }

    private static IEnumerable<JsonObject> Edits(JsonObject document, string? device) =>
    [
        document["containerEdits"]!.AsObject(),
        .. document["devices"]!.AsArray().Where(one => device is null || (string?)one!["name"] == device).Select(static one => one!["containerEdits"]!.AsObject()),
    ];

    // Engines take the numbers of the host's node.
    private void AddNode(JsonObject spec, JsonObject node)
    {
        var path = node["path"]!.GetValue<string>();
        var (major, minor) = _numbers[HostPath(node)];
        Array(Object(spec, "linux"), "devices").Add(new JsonObject { ["path"] = path, ["type"] = "c", ["major"] = major, ["minor"] = minor, ["fileMode"] = 438 });
        Array(Object(Object(spec, "linux"), "resources"), "devices").Add(new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = major, ["minor"] = minor, ["access"] = "rw" });
    }

    private static string HostPath(JsonObject node) => (node["hostPath"] ?? node["path"])!.GetValue<string>();

    private static IEnumerable<JsonObject> Items(JsonObject edits, string member) => edits[member]?.AsArray().Select(static item => item!.AsObject()) ?? [];

    private static JsonObject Object(JsonObject parent, string member) => (JsonObject)(parent[member] ??= new JsonObject());

    private static JsonArray Array(JsonObject parent, string member) => (JsonArray)(parent[member] ??= new JsonArray());
}
