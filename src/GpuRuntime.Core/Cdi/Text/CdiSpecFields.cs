using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>From the nodes of a document to a specification: one reading for both formats.</summary>
internal static class CdiSpecFields
{
    public static CdiSpec Read(CdiNode document, CdiProblems problems)
    {
        var fields = new CdiFields(document, CdiPath.Root, problems);
        var spec = new CdiSpec(Version(fields, document, problems), fields.Text("kind"))
        {
            Annotations = fields.TextsByName("annotations"),
            Devices = fields.Objects("devices", Device),
            Edits = fields.Object("containerEdits", Edits) ?? CdiEdits.Empty,
        };
        fields.RefuseUnread();
        if (document.Kind == CdiNodeKind.Null)
            problems.AddUnread(document, CdiPath.Root, "must be an object");
        return spec;
    }

    // A version that there is not must not make every field wrong as well.
    private static CdiVersion Version(CdiFields fields, CdiNode document, CdiProblems problems)
    {
        var text = fields.OptionalText("cdiVersion");
        if (text is not null && CdiVersion.Parse(text) is { } version)
            return version;
        var path = CdiPath.Root.Member("cdiVersion");
        if (text is not null)
            problems.Add(path, $"must be one of {string.Join(", ", CdiVersion.All)}, not {PrintableText.Quote(text)}", document.LineOf(path));
        else if (document is { Kind: CdiNodeKind.Map } && document.Find("cdiVersion") is null or { Value.Kind: CdiNodeKind.Null or CdiNodeKind.Text })
            problems.Add(path, "is missing", document.LineOf(path));
        return CdiVersion.All[^1];
    }

    private static CdiDevice Device(CdiFields fields) => new(fields.Text("name"), fields.Object("containerEdits", Edits) ?? CdiEdits.Empty)
    {
        Annotations = fields.TextsByName("annotations"),
    };

    private static CdiEdits Edits(CdiFields fields) => new()
    {
        Environment = fields.Texts("env"),
        DeviceNodes = fields.Objects("deviceNodes", DeviceNode),
        NetDevices = fields.Objects("netDevices", NetDevice),
        Mounts = fields.Objects("mounts", Mount),
        Hooks = fields.Objects("hooks", Hook),
        IntelRdt = fields.Object("intelRdt", IntelRdt),
        AdditionalGids = fields.UnsignedItems("additionalGids"),
    };

    private static CdiDeviceNode DeviceNode(CdiFields fields) => new(fields.Text("path"))
    {
        HostPath = fields.OptionalText("hostPath"),
        Type = fields.OptionalText("type"),
        Major = fields.Integer("major"),
        Minor = fields.Integer("minor"),
        FileMode = fields.Unsigned("fileMode"),
        Permissions = fields.OptionalText("permissions"),
        Uid = fields.Unsigned("uid"),
        Gid = fields.Unsigned("gid"),
    };

    private static CdiNetDevice NetDevice(CdiFields fields) => new(fields.Text("hostInterfaceName"), fields.Text("name"));

    private static CdiMount Mount(CdiFields fields) => new(fields.Text("hostPath"), fields.Text("containerPath"))
    {
        Type = fields.OptionalText("type"),
        Options = fields.Texts("options"),
    };

    private static CdiHook Hook(CdiFields fields) => new(fields.Text("hookName"), fields.Text("path"))
    {
        Args = fields.Texts("args"),
        Environment = fields.Texts("env"),
        Timeout = fields.Integer("timeout"),
    };

    private static CdiIntelRdt IntelRdt(CdiFields fields) => new()
    {
        ClosId = fields.OptionalText("closID"),
        L3CacheSchema = fields.OptionalText("l3CacheSchema"),
        MemBwSchema = fields.OptionalText("memBwSchema"),
        Schemata = fields.Texts("schemata"),
        EnableCmt = fields.Flag("enableCMT"),
        EnableMbm = fields.Flag("enableMBM"),
        EnableMonitoring = fields.Flag("enableMonitoring"),
    };
}
