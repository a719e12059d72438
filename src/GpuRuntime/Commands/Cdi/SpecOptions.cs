using System.Collections.Immutable;
using System.CommandLine;
using GpuRuntime.Core.Cdi;
using GpuRuntime.Core.Cdi.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Vendors;

namespace GpuRuntime.Commands.Cdi;

/// <summary>The options that <c>cdi generate</c> and <c>cdi refresh</c> share.</summary>
internal sealed class SpecOptions
{
    private readonly Option<string?> _config = AdminCommands.ConfigOption();

    private readonly Option<string[]> _vendors = new("--vendor")
    {
        Description = "nvidia, amd or intel; may be repeated (default: every vendor that this host has GPUs of)",
        HelpName = "VENDOR",
    };

    private readonly Option<string?> _format = new("--format") { Description = "yaml or json (default: that of the file which is there, else yaml)" };

    private readonly Option<string?> _version = new("--cdi-version")
    {
        Description = "Write this version of CDI and leave out, with a word, what it cannot say (default: cdi.version of the configuration, else the lowest that says everything)",
        HelpName = "VERSION",
    };

    private readonly Option<string?> _output;

    /// <param name="outputDescription">What <c>--output</c> means to the verb.</param>
    public SpecOptions(string outputDescription)
    {
        _output = new Option<string?>("--output") { Description = outputDescription, HelpName = "DIR" };
        _vendors.AcceptOnlyFromAmong([.. VendorModules.All.Select(module => module.Vendor.Word())]);
        _format.AcceptOnlyFromAmong("yaml", "json");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_vendors, _output, _format, _version, _config])
            command.Options.Add(option);
    }

    public string? Output(ParseResult result) => result.GetValue(_output);

    public string? Config(ParseResult result) => result.GetValue(_config);

    /// <summary>Those that were named; empty = all.</summary>
    public ImmutableArray<string> Vendors(ParseResult result) => [.. result.GetValue(_vendors) ?? []];

    public CdiFormat? Format(ParseResult result) => result.GetValue(_format) switch
    {
        null => null,
        "json" => CdiFormat.Json,
        _ => CdiFormat.Yaml,
    };

    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>: there is no such version.</exception>
    public CdiVersion? Version(ParseResult result) => result.GetValue(_version) is not { } text ? null : CdiVersion.Parse(text)
        ?? throw new GpuRuntimeException(ErrorCode.CdiSpecInvalid, $"--cdi-version: {PrintableText.Quote(text)} is not a version of CDI; there are {string.Join(", ", CdiVersion.All)}.");
}
