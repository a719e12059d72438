using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

public sealed class RequestGrammarProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(3000);

    private static readonly string[] Words =
    [
        "all", "none", "void", "device", "driver", "count", "capabilities", "options", "memory", "compute", "mode", "nvidia", "amd", "intel", "any",
        "shared", "exclusive", "utility", "gpu", "0", "1", "9999", "10000", "-1", "2GB", "50%", "GPU-8f2c", "MIG-", "0x", "0000:3b:00.0", "3b:00.0",
        "=", ":", ",", "-", "\"", "\"\"", " ", "\t", "\n", "\0", "/", ".", "%", "\u0661", "\ud800", "x",
    ];

    private static Gen<string> Sentences => Gen.Elements(Words).ArrayOf().Select(string.Concat);

    [Test]
    public void No_text_throws_anything_but_a_refusal()
    {
        Prop.ForAll(Sentences.ToArbitrary(), OnlyRefuses).Check(Thorough);
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), OnlyRefuses).Check(Thorough);
    }

    [Test]
    public void No_item_of_a_vendors_variable_throws_anything_but_a_refusal() =>
        Prop.ForAll(Sentences.ToArbitrary(), text => Tolerates(() => VisibleDevices.Parse(text, GpuVendor.Nvidia, "NVIDIA_VISIBLE_DEVICES"))).Check(Thorough);

    [Test]
    public void White_space_around_items_changes_nothing()
    {
        var items = Gen.Elements("0", "1-3", "GPU-8f2c", "amd:0", "0000:3b:00.0", "0:1", "0x946d7e1ef9b172dd");
        var spaces = Gen.Elements("", " ", "  ", "\t");
        var lists = from list in items.NonEmptyListOf()
                    from space in spaces
                    select (Plain: "device=" + string.Join(',', list), Spaced: $"{space}device{space}=" + string.Join(',', list.Select(item => space + item + space)));

        Prop.ForAll(lists.ToArbitrary(), pair => RequestText.Of(Parsed(pair.Plain)) == RequestText.Of(Parsed(pair.Spaced))).Check(Thorough);
    }

    [Test]
    public void A_list_of_devices_keeps_each_of_its_items_in_order()
    {
        var items = Gen.Choose(0, SelectorGrammar.LargestIndex).ArrayOf().Where(list => list.Length > 1);

        Prop.ForAll(items.ToArbitrary(), list =>
            RequestText.Of(Parsed(string.Join(',', list))) == string.Join(", ", list.Select(index => $"index {index}"))).Check(Thorough);
    }

    [Test]
    public void Keys_may_come_in_any_order()
    {
        string[] fields = ["device=0,1", "capabilities=compute,utility", "memory=2GB", "compute=50%", "mode=exclusive", "options=a=b"];

        Prop.ForAll(Gen.Shuffle(fields).ToArbitrary(), order =>
        {
            var request = Parsed(string.Join(',', order));
            return RequestText.Of(request) == "index 0, index 1" && request.Capabilities!.Value.SequenceEqual(["compute", "utility"])
                && request is { MemoryLimitBytes: 2_000_000_000, ComputePercent: 50, Mode: SharingMode.Exclusive } && request.Options["a"] == "b";
        }).Check(Thorough);
    }

    [Test]
    public void Quoting_each_field_as_Docker_does_changes_nothing()
    {
        string[] fields = ["device=0,1", "capabilities=compute,utility", "memory=2GB"];

        Prop.ForAll(Gen.Shuffle(fields).ToArbitrary(), order =>
        {
            var request = Parsed(string.Join(',', order.Select(field => $"\"{field}\"")));
            return RequestText.Of(request) == "index 0, index 1" && request.Capabilities!.Value.SequenceEqual(["compute", "utility"]) && request.MemoryLimitBytes == 2_000_000_000;
        }).Check(Thorough);
    }

    private static void OnlyRefuses(string? text) => Tolerates(() => RequestGrammar.Parse(text ?? "", "GPU_RUNTIME_GPUS"));

    private static void Tolerates(Action action)
    {
        try
        {
            action();
        }
        catch (GpuRuntimeException refusal) when (refusal.Code == ErrorCode.RequestInvalid)
        {
            // The one exception that is documented.
        }
    }

    private static GpuRequest Parsed(string text) => RequestGrammar.Parse(text, "GPU_RUNTIME_GPUS")!;
}
