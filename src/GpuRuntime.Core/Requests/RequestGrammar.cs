using System.Collections.Immutable;
using System.Globalization;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Requests;

/// <summary>
/// The grammar of our own inputs: a superset of Docker's <c>--gpus</c> value, lenient where people write it loosely, so that
/// <c>device=0,capabilities=utility,compute,memory:2GB</c> means what it looks like. docs/requests.md has the table.
/// </summary>
public sealed class RequestGrammar
{
    private const int LongestRequest = 64 << 10;

    private readonly string _text;
    private readonly string _source;
    private readonly List<DeviceSelector> _selectors = [];
    private readonly List<CdiName> _cdiDevices = [];
    private readonly List<string> _capabilities = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string? _list;
    private string? _bare;
    private string? _lonelyNumber;
    private int? _count;
    private bool _countIsAll;
    private bool _anyVendor;
    private GpuVendor? _driver;
    private long? _memory;
    private int? _compute;
    private SharingMode _mode;
    private bool _hasItem;

    private RequestGrammar(string text, string source)
    {
        _text = text;
        _source = source;
    }

    /// <param name="text">Such as <c>all</c>, <c>2</c>, <c>device=0,1</c>, <c>amd:0,intel:0</c>; white space around items is ignored.</param>
    /// <param name="source">Where it was read, for messages.</param>
    /// <returns><see langword="null"/> when the text is empty or holds only separators: nothing is asked for.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.RequestInvalid"/>.</exception>
    public static GpuRequest? Parse(string text, string source)
    {
        if (text.AsSpan().Trim().IsEmpty)
            return null;
        var grammar = new RequestGrammar(text, source);
        if (text.Length > LongestRequest)
            throw grammar.Invalid($"is longer than {LongestRequest} characters");
        foreach (var field in QuotedFields.Split(text) ?? throw grammar.Invalid("has a double quote that is not closed"))
            grammar.Read(field);
        return grammar._hasItem ? grammar.Result() : null;
    }

    // A quoted field is one key with its list, as in Docker's '"device=0,1","capabilities=utility"'; an unquoted one goes on
    // with the list that the field before it opened.
    private void Read(QuotedField field)
    {
        if (field.Quoted)
            _list = null;
        foreach (var item in field.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            ReadItem(item);
        if (field.Quoted)
            _list = null;
    }

    private void ReadItem(string item)
    {
        _hasItem = true;
        if (CdiName.TryParse(item) is { } device)
        {
            _cdiDevices.Add(device);
            return;
        }

        var separator = item.AsSpan().IndexOf('=');
        if (separator < 0 && item.AsSpan().IndexOf(':') is var colon and > 0 && item.AsSpan(0, colon).TrimEnd() is "memory" or "compute" or "mode")
            separator = item.AsSpan().IndexOf(':');
        if (separator >= 0)
            ReadKey(item.AsSpan(0, separator).Trim().ToString(), item.AsSpan(separator + 1).Trim().ToString());
        else
            ReadBare(item);
    }

    private void ReadKey(string key, string value)
    {
        if (_list == "options" && !IsKey(key))
        {
            _options[key] = value;
            return;
        }

        if (!_seen.Add(key))
            throw Invalid($"gives {PrintableText.Quote(key)} twice");
        _list = null;
        if (value.Length == 0)
            throw Invalid($"gives no value for {PrintableText.Quote(key)}");
        switch (key)
        {
            case "device" or "capabilities" or "options":
                _list = key;
                ReadItem(value);
                break;
            case "driver":
                ReadDriver(value);
                break;
            case "count":
                ReadCount(value);
                break;
            case "memory":
                var size = ByteSize.Parse(value);
                _memory = size.Bytes ?? throw Invalid($"has {PrintableText.Quote(value)} as an amount of memory, which {size.Problem}; write 2GB, 2GiB or 2g");
                break;
            case "compute":
                _compute = Percent(value) ?? throw Invalid($"has {PrintableText.Quote(value)} as a share of compute; write 1% to 100%");
                break;
            case "mode":
                _mode = Sharing(value) ?? throw Invalid($"has {PrintableText.Quote(value)} as a mode; write shared or exclusive");
                break;
            default:
                throw Invalid($"has the unknown key {PrintableText.Quote(key)}; the keys are device, driver, count, capabilities, options, memory, compute and mode");
        }
    }

    private void ReadBare(string item)
    {
        switch (_list)
        {
            case "device":
                AddSelector(item);
                return;
            case "capabilities":
                AddCapability(item);
                return;
            case "options":
                throw Invalid($"has {PrintableText.Quote(item)} among its options; write options=key=value");
            default:
                if (_selectors.Count == 0 && item.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
                    _lonelyNumber = item;
                AddSelector(item);
                return;
        }
    }

    private void AddSelector(string item)
    {
        if (item is "all" or "none")
        {
            if (_bare is not null && _bare != item)
                throw Invalid($"says both {_bare} and {item}");
            _bare = item;
            return;
        }

        _selectors.Add(SelectorGrammar.Parse(item, null, _source));
    }

    private void AddCapability(string name)
    {
        if (!_capabilities.Contains(name))
            _capabilities.Add(name);
    }

    private void ReadDriver(string value)
    {
        // Docker also knows the driver names "nvidia.cdi" and "nvidia.runtime-hook"; they say how, which is ours to decide.
        var name = value.Split('.')[0];
        if (name == "any")
            _anyVendor = true;
        else
            _driver = GpuVendors.Parse(name) ?? throw Invalid($"has the unknown driver {PrintableText.Quote(value)}; write nvidia, amd, intel or any");
    }

    private void ReadCount(string value)
    {
        if (value is "all" or "-1")
            _countIsAll = true;
        else if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= SelectorGrammar.LargestIndex)
            _count = count;
        else
            throw Invalid($"has {PrintableText.Quote(value)} as a count; write a number or all");
    }

    private GpuRequest Result()
    {
        // One bare number is a count, as in --gpus 2; several are indexes, as in NVIDIA_VISIBLE_DEVICES=0,1.
        if (_lonelyNumber is not null && _selectors is [{ Kind: SelectorKind.Index }] && _bare is null && _count is null && !_countIsAll)
        {
            if (_selectors[0].First == 0)
                throw Invalid("asks for 0 GPUs; write none, or device=0 for the first one");
            _selectors.Clear();
            ReadCount(_lonelyNumber);
        }

        var namesDevices = _selectors.Count > 0 || _cdiDevices.Count > 0;
        if (namesDevices && (_count is not null || _countIsAll))
            throw Invalid("gives both a count and devices; give one of them");
        if (_bare is not null && (namesDevices || _count is not null || (_bare == "none" && _countIsAll)))
            throw Invalid($"says {_bare} and names GPUs or a count beside it; give one of them");

        // driver= narrows names that carry no vendor; a name of another vendor contradicts it.
        var vendor = _anyVendor ? null : _driver;
        if (vendor is { } wanted && _selectors.Find(selector => selector.Vendor is { } named && named != wanted) is { } stranger)
            throw Invalid($"asks for driver {wanted.Word()} but names {PrintableText.Quote(stranger.Text)}");

        ImmutableArray<DeviceSelector> selectors = _bare == "none" ? []
            : _bare == "all" || _countIsAll ? [new DeviceSelector(SelectorKind.All, vendor, "all")]
            : namesDevices ? [.. _selectors.Select(selector => selector.Vendor is null ? selector with { Vendor = vendor } : selector)]
            // As Docker's flag: neither a count nor devices means one GPU.
            : [new DeviceSelector(SelectorKind.Count, vendor, $"count={_count ?? 1}") { First = _count ?? 1 }];
        if (selectors is [{ Kind: SelectorKind.Count, First: 0 }])
            selectors = [];

        return new GpuRequest
        {
            Selectors = selectors,
            CdiDevices = [.. _cdiDevices],
            DriverFilesOnly = _bare == "none",
            Capabilities = _capabilities.Count == 0 ? null : [.. _capabilities],
            MemoryLimitBytes = _memory,
            ComputePercent = _compute,
            Mode = _mode,
            Options = _options.ToImmutableDictionary(StringComparer.Ordinal),
            Source = _source,
        };
    }

    internal static SharingMode? Sharing(string? value) => value switch
    {
        "shared" => SharingMode.Shared,
        "exclusive" => SharingMode.Exclusive,
        _ => null,
    };

    internal static int? Percent(string value)
    {
        var number = value.EndsWith('%') ? value.AsSpan(0, value.Length - 1).TrimEnd() : value.AsSpan();
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 100 ? percent : null;
    }

    private static bool IsKey(string key) => key is "device" or "capabilities" or "options" or "driver" or "count" or "memory" or "compute" or "mode";

    private GpuRuntimeException Invalid(string problem) =>
        new(ErrorCode.RequestInvalid, $"{_source}: the GPU request {PrintableText.Quote(_text)} {problem}.");
}
