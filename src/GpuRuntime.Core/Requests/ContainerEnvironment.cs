using System.Collections.Immutable;

namespace GpuRuntime.Core.Requests;

/// <summary>
/// The container's environment as a request reader sees it. An engine appends what the user says behind what the image says, so the
/// last entry of a name counts (glibc's getenv in the container finds the first: injected names are collapsed to one).
/// </summary>
public sealed class ContainerEnvironment
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public ContainerEnvironment(IEnumerable<string> entries)
    {
        foreach (var entry in entries)
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                _values[entry[..equals]] = entry[(equals + 1)..];
        }
    }

    public static ContainerEnvironment Empty { get; } = new([]);

    /// <summary>The value; <see langword="null"/> when unset.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    public bool IsSetAndNotEmpty(string name) => !string.IsNullOrEmpty(this[name]);

    /// <summary>Variables whose name starts with a prefix, ordered by name so that messages and results do not vary.</summary>
    public ImmutableArray<EnvironmentVariable> WithPrefix(string prefix)
    {
        var found = new List<EnvironmentVariable>();
        foreach (var (name, value) in _values)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                found.Add(new EnvironmentVariable(name, value));
        }

        found.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        return [.. found];
    }
}
