using System.Collections.Immutable;
using System.Globalization;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>Dotted numbers (550.163.01, 12.4), compared component by component with missing ones as 0.</summary>
public sealed class DottedVersion : IComparable<DottedVersion>
{
    private readonly ImmutableArray<int> _components;
    private readonly string _text;

    private DottedVersion(string text, ImmutableArray<int> components)
    {
        _text = text;
        _components = components;
    }

    /// <summary>The first component, the branch of a driver.</summary>
    public int Major => _components[0];

    public int Minor => _components.Length > 1 ? _components[1] : 0;

    /// <summary>One to four components of up to six ASCII digits; <see langword="null"/> for anything else.</summary>
    public static DottedVersion? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var parts = text.Split('.');
        if (parts.Length > 4)
            return null;
        var components = ImmutableArray.CreateBuilder<int>(parts.Length);
        foreach (var part in parts)
        {
            if (part.Length > 6 || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var component))
                return null;
            components.Add(component);
        }

        return new DottedVersion(text, components.MoveToImmutable());
    }

    public int CompareTo(DottedVersion? other)
    {
        if (other is null)
            return 1;
        for (var i = 0; i < Math.Max(_components.Length, other._components.Length); i++)
        {
            var mine = i < _components.Length ? _components[i] : 0;
            var theirs = i < other._components.Length ? other._components[i] : 0;
            if (mine != theirs)
                return mine.CompareTo(theirs);
        }

        return 0;
    }

    /// <summary>As it was written, zero padding included: file names carry it.</summary>
    public override string ToString() => _text;
}
