using System.Collections.Immutable;
using GpuRuntime.Core.Cdi.Generation;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Oci;

/// <summary>How edits are put into a specification on this host.</summary>
/// <param name="BindNodes">
/// Bind-mount the host's nodes rather than name them in <c>linux.devices</c>: a user namespace cannot make nodes.
/// </param>
/// <param name="HookProgram">Absolute path of our own executable.</param>
/// <param name="RootPath">The container's root filesystem on this host, for hooks.</param>
public sealed record OciEditOptions(bool BindNodes, string HookProgram, string RootPath);

/// <summary>
/// Puts container edits into config.json. Applying the same edits again changes nothing. Nodes go into <c>linux.devices</c> and into
/// <c>linux.resources.devices</c>, so that an update of the cgroup or a reload of systemd keeps the access.
/// </summary>
public sealed class OciEditor
{
    private const int HookTimeoutSeconds = 10;
    private const string OwnStage = "createRuntime";
    private const char Fifo = 'p';

    /// <summary>Programs by which an engine or a hooks directory would inject GPUs a second time.</summary>
    private static readonly ImmutableArray<string> InjectingHooks = ["nvidia-container-runtime-hook", "nvidia-container-toolkit", "gpu-runtime-hook"];

    private static readonly ImmutableArray<string> HookStages = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    /// <summary>Variables that ask for GPUs: an image's own entry in front of the engine's would be the one that getenv finds.</summary>
    private static readonly ImmutableArray<string> RequestVariables =
        ["NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "AMD_VISIBLE_DEVICES", "INTEL_VISIBLE_DEVICES", RequestVariable];

    private const string RequestVariable = RequestReader.GpusVariable;

    private readonly OciSpec _spec;
    private readonly ContainerEdits _edits;
    private readonly OciEditOptions _options;

    private OciEditor(OciSpec spec, ContainerEdits edits, OciEditOptions options)
    {
        _spec = spec;
        _edits = edits;
        _options = options;
    }

    /// <returns>The whole new document.</returns>
    /// <exception cref="Errors.GpuRuntimeException">A member that has to be edited is not of the specification's type.</exception>
    public static byte[] Apply(OciSpec spec, ContainerEdits edits, OciEditOptions options)
    {
        var editor = new OciEditor(spec, edits, options);
        return JsonPatch.Apply(spec.Tree, spec.Name,
        [
            editor.Nodes(), editor.NodeRules(), editor.Mounts(), editor.Groups(), editor.Environment(), .. HookStages.Select(editor.Hooks),
            editor.Annotations(), editor.Unified(),
        ]);
    }

    private ArrayEdit Nodes()
    {
        var edit = new ArrayEdit("linux", "devices");
        if (_options.BindNodes)
            return edit;
        HashSet<string?> present = [.. _spec.Items("linux", "devices").Select(device => device["path"]?.AsText())];
        edit.Append(_edits.DeviceNodes.Where(node => !present.Contains(node.Path)), OciJson.Device);
        return edit;
    }

    private ArrayEdit NodeRules()
    {
        var edit = new ArrayEdit("linux", "resources", "devices");
        // Rules count in order: what was allowed in front of the last denial may be denied again.
        var rules = _spec.Items("linux", "resources", "devices").ToList();
        var allowed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rule in rules.Skip(rules.FindLastIndex(rule => rule["allow"] is not { IsTrue: true }) + 1))
        {
            foreach (var type in rule["type"]?.AsText() switch { "c" => "c", "b" => "b", _ => "cb" })
                Allow(allowed, $"{type}:{rule["major"]?.AsInteger()}:{rule["minor"]?.AsInteger()}", rule["access"]?.AsText() ?? "");
        }

        edit.Append(_edits.DeviceNodes.Where(node => node.Type != Fifo && Allow(allowed, $"{node.Type}:{node.Major}:{node.Minor}", node.Access)), OciJson.DeviceRule);
        return edit;
    }

    private ArrayEdit Mounts()
    {
        var edit = new ArrayEdit("mounts");
        var present = _spec.Items("mounts").Select(mount => $"{mount["source"]?.AsText()}\0{mount["destination"]?.AsText()}").ToHashSet();
        IEnumerable<ContainerMount> mounts = _edits.Mounts;
        if (_options.BindNodes)
            mounts = mounts.Concat(_edits.DeviceNodes.Select(ContainerMount.OfNode));
        edit.Append(mounts.Where(mount => present.Add($"{mount.HostPath}\0{mount.ContainerPath}")), OciJson.Mount);
        return edit;
    }

    private ArrayEdit Groups()
    {
        var edit = new ArrayEdit("process", "user", "additionalGids");
        var present = _spec.Items("process", "user", "additionalGids").Select(gid => $"{gid.AsInteger()}").ToHashSet();
        foreach (var gid in _edits.AdditionalGids.Select(_spec.GidInContainer).OfType<uint>())
        {
            if (present.Add($"{gid}"))
                edit.Appended.Add(OciJson.Write(json => json.WriteNumberValue(gid)));
        }

        return edit;
    }

    private ArrayEdit Environment()
    {
        var edit = new ArrayEdit("process", "env");
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        ImmutableArray<EnvironmentVariable> own = [.. _edits.Environment, .. _edits.Limits?.Notes.Select(note => new EnvironmentVariable(note.Variable, note.Value)) ?? []];
        var set = own.Select(variable => $"{variable.Name}={variable.Value}").ToHashSet();
        var entries = _spec.Items("process", "env").ToList();
        for (var index = 0; index < entries.Count; index++)
        {
            if (entries[index].AsText() is not { } entry || entry.Split('=', 2) is not [var name, _])
                continue;
            if (own.Any(variable => variable.Name == name))
            {
                // What is there already as it shall be stays where it is.
                if (!set.Remove(entry))
                    edit.Removed.Add(index);
            }
            else if (RequestVariables.Contains(name))
            {
                if (last.TryGetValue(name, out var earlier))
                    edit.Removed.Add(earlier);
                last[name] = index;
            }
        }

        foreach (var variable in own.Select(variable => $"{variable.Name}={variable.Value}").Where(set.Contains))
            edit.Appended.Add(OciJson.Write(json => json.WriteStringValue(variable)));
        return edit;
    }

    private ArrayEdit WithoutInjectingHooks(string stage)
    {
        var edit = new ArrayEdit("hooks", stage);
        var hooks = _spec.Items("hooks", stage).ToList();
        for (var index = 0; index < hooks.Count; index++)
        {
            if (hooks[index]["path"]?.AsText() is { } path && InjectingHooks.Contains(path[(path.LastIndexOf('/') + 1)..]) && Arguments(hooks[index]).ElementAtOrDefault(1) != CdiHookArguments.Verb)
                edit.Removed.Add(index);
        }

        return edit;
    }

    private ArrayEdit Hooks(string stage)
    {
        var edit = stage is "prestart" or OwnStage ? WithoutInjectingHooks(stage) : new ArrayEdit("hooks", stage);
        if (stage == OwnStage)
        {
            AppendMasks(edit);
            AppendNvidiaLimit(edit);
        }

        var foreign = _edits.Hooks.Where(hook => hook.Stage == stage).ToList();
        if (foreign.Count == 0)
            return edit;
        var present = _spec.Items("hooks", stage).Select(hook => $"{hook["path"]?.AsText()}\0{string.Join('\0', Arguments(hook))}").ToHashSet();
        edit.Append(foreign.Where(hook => present.Add($"{hook.Path}\0{string.Join('\0', hook.Arguments)}")), OciJson.Hook);
        return edit;
    }

    private void AppendMasks(ArrayEdit edit)
    {
        var present = _spec.Items("hooks", OwnStage).Select(hook => string.Join('\0', Arguments(hook))).ToHashSet();
        foreach (var mask in _edits.ProcFileMasks.Where(mask => _spec.HasCapability(mask.Capability)))
        {
            ImmutableArray<string> arguments = ["gpu-runtime", mask.HookVerb, mask.HostFile, _options.RootPath];
            if (present.Add(string.Join('\0', arguments)))
                edit.Appended.Add(OciJson.Write(json => OciJson.Hook(json, _options.HookProgram, arguments, HookTimeoutSeconds)));
        }
    }

    // The driver wants the container's own cgroup, which is there from this stage on, before any process of the container's runs.
    private void AppendNvidiaLimit(ArrayEdit edit)
    {
        if (_edits.Limits?.NvidiaMemory is not { } limit || _spec.Items("hooks", OwnStage).Any(hook => Arguments(hook).SequenceEqual(limit.Arguments)))
            return;
        edit.Appended.Add(OciJson.Write(json => OciJson.Hook(json, limit.AgentProgram, limit.Arguments, HookTimeoutSeconds)));
    }

    private ObjectEdit Annotations()
    {
        var edit = new ObjectEdit("annotations");
        foreach (var note in _edits.Limits?.Notes ?? [])
            edit.Members.Add(new JsonMember(note.Annotation, OciJson.Write(json => json.WriteStringValue(note.Value))));
        return edit;
    }

    private ObjectEdit Unified()
    {
        var edit = new ObjectEdit("linux", "resources", "unified");
        foreach (var value in _edits.Limits?.Unified ?? [])
        {
            if (UnifiedValue.Merge(_spec.UnifiedValue(value.File), value, _spec.HasMemoryLimit) is { } text)
                edit.Members.Add(new JsonMember(value.File, OciJson.Write(json => json.WriteStringValue(text))));
        }

        return edit;
    }

    private static IEnumerable<string?> Arguments(JsonValue hook) => hook["args"]?.Children().Select(argument => argument.AsText()) ?? [];

    /// <returns>Whether that allows something new.</returns>
    private static bool Allow(Dictionary<string, string> allowed, string device, string access)
    {
        var before = allowed.GetValueOrDefault(device, "");
        allowed[device] = before + access;
        return access.Any(letter => !before.Contains(letter));
    }
}
