using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Devices;

/// <summary>
/// The devices that a host's specifications define. Where several directories define one, the last of them decides; where two files of that directory
/// do, nothing does.
/// </summary>
public sealed class CdiRegistry
{
    private const int MostListed = 12;

    private readonly Dictionary<CdiName, List<CdiDefinition>> _definitions = [];
    private readonly ImmutableArray<CdiIgnored> _ignored;

    public CdiRegistry(CdiFileSet files)
    {
        _ignored = files.Ignored;
        foreach (var file in files.Files)
        {
            var slash = file.Spec.Kind.IndexOf('/', StringComparison.Ordinal);
            foreach (var device in file.Spec.Devices)
            {
                var name = new CdiName(file.Spec.Kind[..slash], file.Spec.Kind[(slash + 1)..], device.Name);
                Add(new CdiDefinition(name, file, device));
            }
        }
    }

    /// <summary>Every device that a container can get, by name.</summary>
    public ImmutableArray<CdiDefinition> Devices => [.. InOrder(isConflict: false).Select(all => all[0])];

    public ImmutableArray<CdiConflict> Conflicts => [.. InOrder(isConflict: true).Select(all => new CdiConflict(all[0].Name, Paths(all)))];

    public bool Defines(CdiName name) => _definitions.ContainsKey(name);

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiDeviceNotFound"/> or <see cref="ErrorCode.CdiDeviceConflict"/>.</exception>
    public CdiDefinition Resolve(CdiName name)
    {
        if (!_definitions.TryGetValue(name, out var found))
            throw new GpuRuntimeException(ErrorCode.CdiDeviceNotFound, $"No CDI specification defines the device {name}: {WhatThereIs()}{WhatIsIgnored()}.");
        return found.Count == 1
            ? found[0]
            : throw new GpuRuntimeException(ErrorCode.CdiDeviceConflict, $"The CDI device {name} is defined by {string.Join(" and ", Paths(found))}, of which neither wins: remove one of them.");
    }

    private void Add(CdiDefinition definition)
    {
        var priority = definition.File.Priority;
        if (!_definitions.TryGetValue(definition.Name, out var others) || others[0].File.Priority < priority)
            _definitions[definition.Name] = [definition];
        else if (others[0].File.Priority == priority)
            others.Add(definition);
    }

    private IEnumerable<List<CdiDefinition>> InOrder(bool isConflict) =>
        _definitions.Values.Where(all => all.Count > 1 == isConflict).OrderBy(all => all[0].Name.ToString(), StringComparer.Ordinal);

    private string WhatThereIs()
    {
        var devices = Devices;
        if (devices.IsEmpty)
            return "there is none on this host";
        var rest = devices.Length > MostListed ? $" and {devices.Length - MostListed} more (gpu-runtime cdi list)" : "";
        return $"there are {string.Join(", ", devices.Take(MostListed).Select(definition => definition.Name))}{rest}";
    }

    private string WhatIsIgnored()
    {
        if (_ignored.IsEmpty)
            return "";
        var rest = _ignored.Length > MostListed ? $"; and {_ignored.Length - MostListed} more" : "";
        return $"; not counted: {string.Join("; ", _ignored.Take(MostListed).Select(ignored => ignored.Reason.TrimEnd('.')))}{rest}";
    }

    private static ImmutableArray<string> Paths(List<CdiDefinition> definitions) => [.. definitions.Select(definition => definition.File.Path)];
}
