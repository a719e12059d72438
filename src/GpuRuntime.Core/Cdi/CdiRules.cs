using System.Collections.Immutable;
using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi;

/// <summary>
/// What a specification must hold to (<see href="https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md"/>), beyond the types of its
/// fields.
/// </summary>
public static class CdiRules
{
    // As Kubernetes bounds annotations.
    private const int LargestAnnotations = 256 * 1024;

    /// <returns>Every rule that is broken; nothing for a valid specification.</returns>
    public static ImmutableArray<CdiProblem> Problems(CdiSpec spec)
    {
        var problems = ImmutableArray.CreateBuilder<CdiProblem>();
        Versions(spec, problems);
        if ((spec.Kind.Length == 0 ? "is missing" : CdiGrammar.KindProblem(spec.Kind)) is { } kind)
            problems.Add(new CdiProblem(CdiPath.Root.Member("kind"), kind));
        Annotations(spec.Annotations, CdiPath.Root.Member("annotations"), problems);
        Devices(spec.Devices, CdiPath.Root.Member("devices"), problems);
        CdiEditRules.Check(spec.Edits, CdiPath.Root.Member("containerEdits"), problems);
        return problems.ToImmutable();
    }

    private static void Versions(CdiSpec spec, ImmutableArray<CdiProblem>.Builder problems)
    {
        var told = new HashSet<CdiFeature>();
        foreach (var use in CdiFeature.UsesIn(spec))
        {
            if (use.Feature.Since > spec.Version && told.Add(use.Feature))
                problems.Add(new CdiProblem(use.Path, $"cannot be said before version {use.Feature.Since} of CDI ({use.Feature.Name}), and cdiVersion is {spec.Version}"));
        }
    }

    private static void Devices(ImmutableArray<CdiDevice> devices, CdiPath path, ImmutableArray<CdiProblem>.Builder problems)
    {
        if (devices.IsEmpty)
            problems.Add(new CdiProblem(path, "must list at least one device"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < devices.Length; i++)
        {
            var device = devices[i];
            var at = path.Item(i);
            if (CdiGrammar.DeviceNameProblem(device.Name) is { } name)
                problems.Add(new CdiProblem(at.Member("name"), device.Name.Length == 0 ? name : $"{name}: {PrintableText.Quote(device.Name)}"));
            else if (!names.Add(device.Name))
                problems.Add(new CdiProblem(at.Member("name"), $"is the name of another device of this file: {PrintableText.Quote(device.Name)}"));
            Annotations(device.Annotations, at.Member("annotations"), problems);
            if (device.Edits.IsEmpty)
                problems.Add(new CdiProblem(at.Member("containerEdits"), "must give a container something"));
            CdiEditRules.Check(device.Edits, at.Member("containerEdits"), problems);
        }
    }

    private static void Annotations(ImmutableSortedDictionary<string, string> annotations, CdiPath path, ImmutableArray<CdiProblem>.Builder problems)
    {
        var size = 0L;
        foreach (var pair in annotations)
        {
            size += Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value);
            if (CdiGrammar.AnnotationKeyProblem(pair.Key) is { } problem)
                problems.Add(new CdiProblem(path.Member(pair.Key), problem));
        }

        if (size > LargestAnnotations)
            problems.Add(new CdiProblem(path, $"are larger than {LargestAnnotations >> 10} KiB together"));
    }
}
