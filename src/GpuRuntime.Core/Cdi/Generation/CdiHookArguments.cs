using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Oci;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Cdi.Generation;

/// <summary>
/// What CDI has no words for (links, the loader's cache, masked and generated files) as arguments of one hook, which our specifications carry for
/// engines that have nothing else of us: <c>gpu-runtime-hook cdi --library=x64:libcuda.so.1=/usr/lib/... --link=PATH=TARGET</c>. It stands once for
/// all devices of a specification, so that it is one process however many a container has; what belongs to a GPU is done where its node is there.
/// </summary>
public static class CdiHookArguments
{
    public const string Verb = "cdi";

    private const string Program = "gpu-runtime-hook";
    private const string Link = "--link=";
    private const string Library = "--library=";
    private const string FallbackLibrary = "--fallback-library=";
    private const string Compatibility = "--cuda-compat=";
    private const string Mask = "--mask-nvidia-params=";
    private const string Profile = "--egl-profile";
    private const string DeviceDirectory = "/dev/";
    private const string GpuNode = "/dev/nvidia";

    /// <returns>The whole argument list; empty where CDI can say all there is.</returns>
    public static ImmutableArray<string> Of(ContainerEdits edits)
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        foreach (var link in edits.Symlinks)
            arguments.Add($"{Link}{link.Path}={link.Target}");
        foreach (var library in edits.Libraries)
            arguments.Add(Library + Text(library));
        foreach (var library in edits.FallbackLibraries)
            arguments.Add(FallbackLibrary + Text(library));
        if (edits.ForwardCompatibility is { } compatibility)
            arguments.Add($"{Compatibility}{compatibility.ContainerDirectory}={compatibility.DriverVersion}{(compatibility.CudaVersion is { } cuda ? $",{cuda}" : "")}");
        foreach (var mask in edits.ProcFileMasks)
            arguments.Add(Mask + mask.HostFile);
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
        foreach (var argument in arguments)
        {
            if (argument.StartsWith(Link, StringComparison.Ordinal))
                links.Add(ReadLink(argument));
            else if (argument.StartsWith(Library, StringComparison.Ordinal))
                libraries.Add(ReadEntry(argument, Library));
            else if (argument.StartsWith(FallbackLibrary, StringComparison.Ordinal))
                fallback.Add(ReadEntry(argument, FallbackLibrary));
            else if (argument.StartsWith(Compatibility, StringComparison.Ordinal))
                edits = edits with { ForwardCompatibility = ReadRule(argument) };
            else if (argument.StartsWith(Mask, StringComparison.Ordinal))
                edits = edits with { ProcFileMasks = [DriverParams.MaskOf(argument[Mask.Length..])] };
            else if (argument == Profile)
                edits = edits with { GeneratedFiles = [EglProfile.Of(nodes.Select(NvidiaMinor).OfType<uint>())] };
            else
                throw Invalid(argument);
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
        $"{Word(library.Architecture)}:{library.Name}={library.Path}";

    private static string Word(LibraryArchitecture architecture) => architecture switch
    {
        LibraryArchitecture.X64 => "x64",
        LibraryArchitecture.X86 => "x86",
        LibraryArchitecture.Arm64 => "arm64",
        _ => "arm",
    };

    private static LibraryArchitecture? Architecture(string word) => word switch
    {
        "x64" => LibraryArchitecture.X64,
        "x86" => LibraryArchitecture.X86,
        "arm64" => LibraryArchitecture.Arm64,
        "arm" => LibraryArchitecture.Arm,
        _ => null,
    };

    private static ContainerSymlink ReadLink(string argument)
    {
        var (path, target) = Split(argument, Link);
        return new ContainerSymlink(path, target);
    }

    private static LoaderCacheEntry ReadEntry(string argument, string option)
    {
        var (name, path) = Split(argument, option);
        return name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon + 1 < name.Length && Architecture(name[..colon]) is { } architecture
            ? new LoaderCacheEntry(name[(colon + 1)..], path, architecture)
            : throw Invalid(argument);
    }

    private static ForwardCompatibility ReadRule(string argument)
    {
        var (directory, versions) = Split(argument, Compatibility);
        var comma = versions.IndexOf(',', StringComparison.Ordinal);
        var cuda = comma < 0 ? null : DottedVersion.Parse(versions[(comma + 1)..]);
        return DottedVersion.Parse(comma < 0 ? versions : versions[..comma]) is { } driver && (comma < 0 || cuda is not null)
            ? new ForwardCompatibility(directory, driver, cuda)
            : throw Invalid(argument);
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

    private static (string Left, string Right) Split(string argument, string option)
    {
        var value = argument[option.Length..];
        return value.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && equals + 1 < value.Length
            ? (value[..equals], value[(equals + 1)..])
            : throw Invalid(argument);
    }

    private static GpuRuntimeException Invalid(string what) => new(
        ErrorCode.HookFailed,
        string.Create(CultureInfo.InvariantCulture, $"{Program} {Verb} does not know {PrintableText.Quote(what)}; its arguments are those that gpu-runtime cdi generate writes: generate the specification anew with the gpu-runtime that is installed."));
}
