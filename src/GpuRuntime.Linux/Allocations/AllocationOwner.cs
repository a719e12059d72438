using System.Text;
using GpuRuntime.Core.Allocation;
using GpuRuntime.Linux.Paths;
using GpuRuntime.Linux.Processes;

namespace GpuRuntime.Linux.Allocations;

/// <summary>Whose entry it is. Engines choose ids by themselves, so that two may have the same: the runtime's root, or the bundle, tells them apart.</summary>
/// <param name="Container">The container's id.</param>
/// <param name="Scope">What makes the id unique: the low-level runtime's root directory, or <c>hook:</c> and the bundle.</param>
public sealed record AllocationOwner(string Container, string Scope)
{
    private const string HookScope = "hook:";
    private const int LongestName = 180;

    /// <summary>A name of 16 hexadecimal digits for the owner: FNV-1a of scope, NUL and id. src/native/passthrough/allocation-entry.c makes the same.</summary>
    public string Key { get; } = ContentHash.Of(Encoding.UTF8.GetBytes($"{Scope}\0{Container}"));

    /// <summary>The entry's file name, which begins with what people know: the id.</summary>
    public string FileName => $"{Readable(Container)}.{Key}{Extension}";

    /// <summary>What file names of entries end with.</summary>
    public const string Extension = ".json";

    /// <summary>Where the low-level runtime keeps this container's state; <see langword="null"/> for a hook's.</summary>
    public string? RuntimeState => Scope.StartsWith(HookScope, StringComparison.Ordinal) ? null : $"{Scope}/{Container}";

    /// <summary>A container that the shim hands to a low-level runtime.</summary>
    /// <param name="root">The runtime's <c>--root</c>; <see langword="null"/> when the engine gives none.</param>
    public static AllocationOwner OfRuntime(string container, string? root, string runtime) =>
        new(container, root is { Length: > 0 } given ? Path.GetFullPath(given).TrimEnd('/') : DefaultRoot(runtime));

    /// <summary>A container that a hook was called for.</summary>
    public static AllocationOwner OfHook(string container, string bundle) => new(container, HookScope + bundle.TrimEnd('/'));

    public static AllocationOwner Of(AllocationEntry entry) =>
        entry.RuntimeState is { } state && state.EndsWith($"/{entry.Container}", StringComparison.Ordinal)
            ? new AllocationOwner(entry.Container, state[..^(entry.Container.Length + 1)])
            : OfHook(entry.Container, entry.Bundle);

    // runc's, crun's and youki's: /run and their own name; for users the same below their runtime directory.
    private static string DefaultRoot(string runtime)
    {
        var name = runtime[(runtime.LastIndexOf('/') + 1)..];
        var user = OwnProgram.IsInUserNamespace || Interop.Libc.EffectiveUserId() != 0 ? Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") : null;
        return string.IsNullOrEmpty(user) ? $"/run/{name}" : $"{user.TrimEnd('/')}/{name}";
    }

    // The key alone tells entries apart; what of an id is no plain file name, or too long, is left out.
    private static string Readable(string container)
    {
        var name = new StringBuilder();
        foreach (var character in container)
        {
            if (name.Length < LongestName && (char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '+' || (character == '.' && name.Length > 0)))
                name.Append(character);
        }

        return name.Length == 0 ? "container" : name.ToString();
    }
}
