using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Oci;

/// <summary>Applies edits to a document by splicing its text; every byte that is not part of an edit stays.</summary>
public sealed class JsonPatch
{
    private readonly JsonTree _tree;
    private readonly string _name;
    private readonly List<Splice> _splices = [];

    private JsonPatch(JsonTree tree, string name)
    {
        _tree = tree;
        _name = name;
    }

    /// <param name="name">What the document is, for messages.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.SpecUnexpectedShape"/>: a member on the way has another type.</exception>
    public static byte[] Apply(JsonTree tree, string name, IEnumerable<JsonEdit> edits)
    {
        var patch = new JsonPatch(tree, name);
        var wanted = edits.Where(edit => !edit.IsEmpty).ToList();
        if (wanted.Count > 0)
            patch.EditObject(tree.Root, wanted, 0);
        return patch.Result();
    }

    private void EditObject(JsonValue container, List<JsonEdit> edits, int depth)
    {
        if (!container.IsObject)
            throw Shape(edits[0].Path[..depth], "an object");
        var missing = new List<byte[]>();
        foreach (var group in edits.GroupBy(edit => edit.Path[depth]))
        {
            var own = group.ToList();
            if (container[group.Key] is not { } member)
                missing.Add(Member(group.Key, own, depth));
            else if (member.IsNull)
                _splices.Add(new Splice(member.Start, member.End, New(own, depth + 1)));
            else if (own[0].Path.Length > depth + 1)
                EditObject(member, own, depth + 1);
            else if (own[0] is ArrayEdit array)
                EditArray(member, array);
            else
                EditMembers(member, (ObjectEdit)own[0]);
        }

        if (missing.Count > 0)
            Insert(container, missing);
    }

    private void EditArray(JsonValue array, ArrayEdit edit)
    {
        if (!array.IsArray)
            throw Shape(edit.Path, "an array");
        if (edit.Removed.Count == 0)
        {
            Insert(array, edit.Appended);
            return;
        }

        var items = array.Children().ToList();
        var kept = new List<byte[]>();
        for (var index = 0; index < items.Count; index++)
        {
            if (!edit.Removed.Contains(index))
                kept.Add(items[index].Raw.ToArray());
        }

        _splices.Add(new Splice(array.Start, array.End, Array(kept.Concat(edit.Appended))));
    }

    private void EditMembers(JsonValue container, ObjectEdit edit)
    {
        if (!container.IsObject)
            throw Shape(edit.Path, "an object");
        var missing = new List<byte[]>();
        foreach (var member in edit.Members)
        {
            if (container[member.Key] is { } present)
                _splices.Add(new Splice(present.Start, present.End, member.Value));
            else
                missing.Add(Text(member));
        }

        if (missing.Count > 0)
            Insert(container, missing);
    }

    // Behind the last member or item, so that the layout in front of the closing bracket stays.
    private void Insert(JsonValue container, List<byte[]> items)
    {
        var last = container.Children().LastOrDefault();
        var at = last?.End ?? container.Start + 1;
        _splices.Add(new Splice(at, at, Concat(last is null ? default : ","u8, Join(items), default)));
    }

    private static byte[] Member(string key, List<JsonEdit> edits, int depth) => Concat(Encoding.UTF8.GetBytes($"\"{key}\":"), New(edits, depth + 1), default);

    private static byte[] Text(JsonMember member) => Concat(OciJson.Write(json => json.WriteStringValue(member.Key)), ":"u8, member.Value);

    private static byte[] New(List<JsonEdit> edits, int depth) =>
        edits[0].Path.Length == depth
            ? edits[0] is ArrayEdit array ? Array(array.Appended) : Concat("{"u8, Join(((ObjectEdit)edits[0]).Members.Select(Text)), "}"u8)
            : Concat("{"u8, Join(edits.GroupBy(edit => edit.Path[depth]).Select(group => Member(group.Key, [.. group], depth))), "}"u8);

    private static byte[] Array(IEnumerable<byte[]> items) => Concat("["u8, Join(items), "]"u8);

    private static byte[] Concat(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        var all = new byte[first.Length + second.Length + third.Length];
        first.CopyTo(all);
        second.CopyTo(all.AsSpan(first.Length));
        third.CopyTo(all.AsSpan(first.Length + second.Length));
        return all;
    }

    private static byte[] Join(IEnumerable<byte[]> items)
    {
        using var joined = new MemoryStream();
        foreach (var item in items)
        {
            if (joined.Length > 0)
                joined.WriteByte((byte)',');
            joined.Write(item);
        }

        return joined.ToArray();
    }

    private byte[] Result()
    {
        using var result = new MemoryStream(_tree.Text.Length + _splices.Sum(splice => splice.Text.Length));
        var copied = 0;
        _splices.Sort((x, y) => x.Start.CompareTo(y.Start));
        foreach (var (start, end, text) in _splices)
        {
            result.Write(_tree.Text[copied..start]);
            result.Write(text);
            copied = end;
        }

        result.Write(_tree.Text[copied..]);
        return result.ToArray();
    }

    private sealed record Splice(int Start, int End, byte[] Text);

    private GpuRuntimeException Shape(string[] path, string wanted) =>
        new(ErrorCode.SpecUnexpectedShape, $"{_name}: {(path.Length == 0 ? "the document" : string.Join('.', path))} is not {wanted}.");
}
