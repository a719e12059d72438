using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Cdi;

/// <summary>
/// What CDI has no words for (links, the loader's cache, masked and generated files) as arguments of one hook, which our specifications carry for
/// engines that have nothing else of us: <c>gpu-runtime-hook cdi --library x64:libcuda.so.1=/usr/lib/... --link PATH=TARGET</c>. It stands once for
/// all devices of a specification, so that it is one process however many a container has; what belongs to a GPU is done where its node is there.
/// </summary>
public static class CdiHookArguments
{
    public const string Verb = "cdi";

    private const string Program = "gpu-runtime-hook";
    private const string Link = "--link";
    private const string Library = "--library";
    private const string FallbackLibrary = "--fallback-library";
    private const string Compatibility = "--cuda-compat";
    private const string Mask = "--mask-nvidia-params";
    private const string Profile = "--egl-profile";
    private const string DeviceDirectory = "/dev/";
    private const string GpuNode = "/dev/nvidia";

    private static readonly ImmutableArray<(LibraryArchitecture Architecture, string Word)> Architectures =
    [
        (LibraryArchitecture.X64, "x64"), (LibraryArchitecture.X86, "x86"), (LibraryArchitecture.Arm64, "arm64"), (LibraryArchitecture.Arm, "arm"),
    ];

    /// <returns>The whole argument list; empty where CDI can say all there is.</returns>
    public static ImmutableArray<string> Of(ContainerEdits edits)
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        foreach (var link in edits.Symlinks)
            arguments.AddRange(Link, $"{link.Path}={link.Target}");
        foreach (var library in edits.Libraries)
            arguments.AddRange(Library, Text(library));
        foreach (var library in edits.FallbackLibraries)
            arguments.AddRange(FallbackLibrary, Text(library));
        if (edits.ForwardCompatibility is { } compatibility)
            arguments.AddRange(Compatibility, $"{compatibility.ContainerDirectory}={compatibility.DriverVersion}{(compatibility.CudaVersion is { } cuda ? $",{cuda}" : "")}");
        foreach (var mask in edits.ProcFileMasks)
            arguments.AddRange(Mask, mask.HostFile);
        if (!edits.GeneratedFiles.IsEmpty)
            arguments.Add(Profile);
        return arguments.Count == 0 ? [] : [Program, Verb, .. arguments];
    }

    /// <summary>Reads the arguments back for one container.</summary>
    /// <param name="arguments">Those behind the verb.</param>
    /// <param name="spec">The container's: which GPUs it has.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.HookFailed"/>: they are none that <see cref="Of"/> writes.</exception>
    public static ContainerEdits Read(ReadOnlySpan<string> arguments, OciSpec spec)
    {
        var links = ImmutableArray.CreateBuilder<ContainerSymlink>();
        var libraries = ImmutableArray.CreateBuilder<LoaderCacheEntry>();
        var fallback = ImmutableArray.CreateBuilder<LoaderCacheEntry>();
        var nodes = spec.NodePaths();
        var edits = ContainerEdits.Empty;
        while (!arguments.IsEmpty)
        {
            var option = arguments[0];
            var value = option == Profile ? "" : arguments.Length > 1 ? arguments[1] : throw Invalid(option);
            arguments = arguments[(option == Profile ? 1 : 2)..];
            switch (option)
            {
                case Link:
                    var (path, target) = Split(option, value);
                    links.Add(new ContainerSymlink(path, target));
                    break;
                case Library:
                    libraries.Add(Entry(option, value));
                    break;
                case FallbackLibrary:
                    fallback.Add(Entry(option, value));
                    break;
                case Compatibility:
                    edits = edits with { ForwardCompatibility = Rule(value) };
                    break;
                case Mask:
                    edits = edits with { ProcFileMasks = [DriverParams.MaskOf(value)] };
                    break;
                case Profile:
                    edits = edits with { GeneratedFiles = [EglProfile.Of(nodes.Select(NvidiaMinor).OfType<uint>())] };
                    break;
                default:
                    throw Invalid(option);
            }
        }

        return edits with
        {
            Symlinks = [.. links.Where(link => !link.Path.StartsWith(DeviceDirectory, StringComparison.Ordinal) || nodes.Contains(Resolved(link)))],
            Libraries = libraries.ToImmutable(),
            FallbackLibraries = fallback.ToImmutable(),
        };
    }

    private static uint? NvidiaMinor(string node) =>
        node.StartsWith(GpuNode, StringComparison.Ordinal) && uint.TryParse(node.AsSpan(GpuNode.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null;

    private static string Text(LoaderCacheEntry library) =>
        $"{Architectures.First(known => known.Architecture == library.Architecture).Word}:{library.Name}={library.Path}";

    private static LoaderCacheEntry Entry(string option, string value)
    {
        var (name, path) = Split(option, value);
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        foreach (var (architecture, word) in Architectures)
        {
            if (colon > 0 && name.AsSpan(0, colon) is var prefix && prefix.SequenceEqual(word))
                return new LoaderCacheEntry(name[(colon + 1)..], path, architecture);
        }

        throw Invalid($"{option} {value}");
    }

    private static ForwardCompatibility Rule(string value)
    {
        var (directory, versions) = Split(Compatibility, value);
        var comma = versions.IndexOf(',', StringComparison.Ordinal);
        var driver = DottedVersion.Parse(comma < 0 ? versions : versions[..comma]);
        var cuda = comma < 0 ? null : DottedVersion.Parse(versions[(comma + 1)..]);
        return driver is null || (comma >= 0 && cuda is null) ? throw Invalid($"{Compatibility} {value}") : new ForwardCompatibility(directory, driver, cuda);
    }

    // "../renderD128" seen from the link's directory; no other form is written.
    private static string Resolved(ContainerSymlink link)
    {
        var directory = link.Path[..link.Path.LastIndexOf('/')];
        var target = link.Target;
        while (target.StartsWith("../", StringComparison.Ordinal) && directory.Length > 0)
        {
            target = target[3..];
            directory = directory[..directory.LastIndexOf('/')];
        }

        return target.StartsWith('/') ? target : $"{directory}/{target}";
    }

    private static (string Left, string Right) Split(string option, string value) =>
        value.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && equals + 1 < value.Length
            ? (value[..equals], value[(equals + 1)..])
            : throw Invalid($"{option} {value}");

    private static GpuRuntimeException Invalid(string what) => new(
        ErrorCode.HookFailed,
        string.Create(CultureInfo.InvariantCulture, $"{Program} {Verb} does not know {PrintableText.Quote(what)}; its arguments are those that gpu-runtime cdi generate writes: generate the specification anew with the gpu-runtime that is installed."));
}
